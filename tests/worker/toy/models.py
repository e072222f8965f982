"""The child that installs models, with the toy model."""

from tests.worker import toy
from worker.child.child_side import serve
from worker.child.tasks import ModelTask
from worker.separation.models import bring

if __name__ == "__main__":
    toy.add()
    serve(ModelTask, bring)
