"""The separation child: one task in, events out. See `worker/child.py`."""

from worker.childside import Ahead, serve
from worker.separation import get_ready, separate
from worker.tasks import NetworkWanted, SeparationTask

serve(SeparationTask, separate, Ahead(NetworkWanted, get_ready))
