"""The separation child: one task in, events out. See `worker/child/parent_side.py`."""

from worker.child.child_side import Ahead, serve
from worker.child.tasks import NetworkWanted, SeparationTask
from worker.separation import prepare_engine, separate

serve(SeparationTask, separate, Ahead(NetworkWanted, prepare_engine))
