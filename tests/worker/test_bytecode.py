"""What children cannot keep is kept for them."""

import os
import subprocess
import sys
from pathlib import Path

COUNT = "from worker.bytecode import missing; print(len(missing()))"


def run(*arguments: str, cache: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(cache)
    done = subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def test_what_was_missing_is_written_once(tmp_path: Path) -> None:
    assert int(run("-c", COUNT, cache=tmp_path)) > 50
    run("-m", "worker.bytecode", cache=tmp_path)
    assert run("-c", COUNT, cache=tmp_path) == "0"
    assert list(tmp_path.rglob("yt_dlp/**/*.pyc"))


def test_children_read_it_wherever_it_is_kept(tmp_path: Path) -> None:
    source = (
        "from worker.child.confinement.ground import readable\n"
        "print(*readable('worker.rendering.render', online=False), sep='\\n')"
    )
    assert str(tmp_path) in run("-c", source, cache=tmp_path).splitlines()
