"""The separation child: one task in, events out. See `worker/child.py`."""

from worker.childside import serve
from worker.separation import separate
from worker.tasks import SeparationTask

serve(SeparationTask, separate)
