"""A child that reports a separation and does not exit, so that it could still change its files."""

import sys

from jobs.results import StoredFile
from worker.child.messages import AHEAD, Event
from worker.child.tasks import Separated, SeparationTask

if __name__ == "__main__":
    line = sys.stdin.readline()
    if line.startswith(AHEAD):
        line = sys.stdin.readline()
    task = SeparationTask.model_validate_json(line)
    (task.output / "vocals.flac").write_bytes(b"la")
    answer = Separated(samples=44100, stems=(StoredFile(name="vocals.flac", bytes_=2),))
    sys.stdout.write(Event(result=answer.model_dump_json()).model_dump_json() + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # until it is killed
