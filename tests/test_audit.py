"""The audit of dependencies, as CI runs it: vulnerabilities fail it, an unreachable service only warns."""

import os
import subprocess
from pathlib import Path

import pytest

#: Plays both tools: what each says, and with which exit code.
UV = """#!/usr/bin/env bash
case "$1" in
  audit) echo "$UV_SAID"; exit $UV_CODE ;;
  run) echo "$PIP_SAID"; exit $PIP_CODE ;;
esac
"""

UNKNOWN = "yarl  Dependency not found on PyPI and could not be audited: yarl (1.25.1)"


@pytest.mark.parametrize(
    ("uv", "pip", "code", "said"),
    [
        ((0, "Found no known vulnerabilities"), (1, ""), 0, "uv audit knows of no hole"),
        ((1, "yarl 1.25.1 has 1 known vulnerability"), (0, ""), 1, "yarl 1.25.1 has 1 known vulnerability"),
        ((2, "error: Request failed"), (0, "No known vulnerabilities found"), 0, "pip-audit knows of no hole"),
        ((2, "error: Request failed"), (1, "Found 2 known vulnerabilities in 1 package"), 1, "Found 2 known"),
        ((2, "error: Request failed"), (0, UNKNOWN), 0, "NOT AUDITED"),
        ((2, "error: Request failed"), (1, "ConnectionError"), 0, "uv audit: error: Request failed"),
        ((1, "error: cannot parse the answer"), (0, ""), 0, "pip-audit knows of no hole"),
        ((124, ""), (124, ""), 0, "no answer within 25 s"),
        ((2, "error: unrecognized subcommand 'audit'"), (1, "Found 1 known vulnerability in 1 package"), 1, "Found 1"),
    ],
)
def test_vulnerabilities_fail_and_missing_answers_warn(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    uv: tuple[int, str],
    pip: tuple[int, str],
    code: int,
    said: str,
) -> None:
    (tmp_path / "uv").write_text(UV)
    (tmp_path / "uv").chmod(0o755)
    spoken = {"UV_CODE": str(uv[0]), "UV_SAID": uv[1], "PIP_CODE": str(pip[0]), "PIP_SAID": pip[1]}
    done = subprocess.run(
        [request.config.rootpath / ".ci" / "audit"],
        env=os.environ | spoken | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said in done.stdout
    assert (done.returncode, done.stderr) == (code, "")
