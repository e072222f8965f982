"""What the page computes, run by the Node that comes with pytubefix."""

import subprocess
from pathlib import Path

import pytest

from worker.child.confinement.online import node

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["mixer.test.mjs", "page.test.mjs"])
def test_in_node(name: str) -> None:
    ran = subprocess.run([node(), "--test", HERE / name], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "\nℹ pass 0\n" not in ran.stdout
    assert "\nℹ fail 0\n" in ran.stdout
