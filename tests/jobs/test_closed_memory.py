"""Processes with the token are closed to other processes of their user."""

import os
import subprocess
import sys

import pytest

ASK = """
import contextlib, ctypes, sys
from {module} import main
with contextlib.suppress(SystemExit):
    main({arguments}, standalone_mode=False)
print("dumpable", ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
PR_GET_DUMPABLE_CLOSED = "dumpable 0"


@pytest.mark.parametrize(
    ("module", "arguments"), [("worker.__main__", ["inspect"]), ("bot.cli.main", ["check"])], ids=["worker", "bot"]
)
def test_memory_and_environment_are_closed(module: str, arguments: list[str]) -> None:
    """/proc of a process that is not dumpable is readable by root only; it cannot be traced (proc(5), ptrace(2))."""
    said = subprocess.run(
        [sys.executable, "-c", ASK.format(module=module, arguments=arguments)],
        env=os.environ | {"FLBT_REDIS_URL": "redis://127.0.0.1:1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    ).stdout
    assert said.splitlines()[-1] == PR_GET_DUMPABLE_CLOSED
