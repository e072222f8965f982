"""The tests' environment is independent of the shell that starts them."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

LOOK = """
import json, os, signal, sys
import tests
umask = os.umask(0)
ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
print(json.dumps([umask, ignored, {name: os.environ.get(name) for name in sys.argv[1:]}]))
"""


def test_a_shell_with_habits_of_its_own_changes_nothing() -> None:
    habits = {"FORCE_COLOR": "1", "COLUMNS": "20", "NO_PROXY": "intra.example", "HTTP_PROXY": "http://127.0.0.1:9"}
    habits |= {"FLBT_ENGINE": "openvino", "FLBT_MODELS": "/some/where"}

    def as_in_the_background() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.umask(0o077)

    said = subprocess.check_output(
        [sys.executable, "-c", LOOK, *habits], cwd=Path(__file__).parents[1], env=os.environ | habits, text=True,
        preexec_fn=as_in_the_background,
    )  # fmt: skip

    umask, is_deaf, seen = json.loads(said)
    assert (umask, is_deaf) == (0o022, False)
    assert (seen["FORCE_COLOR"], seen["COLUMNS"]) == (None, None)
    assert (seen["FLBT_ENGINE"], seen["FLBT_MODELS"]) == (None, "/some/where")
    assert seen["NO_PROXY"] == "intra.example,127.0.0.1,localhost"
    assert seen["HTTP_PROXY"] == habits["HTTP_PROXY"], "weights may have to be fetched through it"
