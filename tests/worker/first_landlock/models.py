"""The child that installs models, behind that wall."""

from tests.worker import first_landlock
from worker.child.child_side import serve
from worker.child.tasks import ModelTask
from worker.separation.models import bring

if __name__ == "__main__":
    first_landlock.stand()
    serve(ModelTask, bring)
