"""Runs the compose file on a local engine, in a separate checkout and project, for `bench.compose`."""

import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

PROJECT: Final = "fl-bt-tried"
SIDES: Final = ("bot", "worker")
PASSWORD: Final = "s3cret0f7he0ueue"
SHORT_PYTHON: Final = "python:3.11-slim-bookworm"
SHORT_REDIS: Final = "redis:7-bookworm"
ROOT: Final = Path(__file__).resolve().parent.parent


class Deployment:
    """A checkout in `folder` and the containers made of it. `port`: of its Redis."""

    def __init__(self, folder: Path, compose: Sequence[str], port: int) -> None:
        self.folder = folder
        self.port = port
        self._compose = compose

    def compose(self, *words: str) -> str:
        return said(*self._compose, "--project-name", PROJECT, *words, folder=self.folder)

    def container(self, service: str) -> str:
        """The id of a service's container, running or not."""
        found = said("docker", "ps", "--all", "--quiet", "--no-trunc",
                     "--filter", f"label=com.docker.compose.project={PROJECT}",
                     "--filter", f"label=com.docker.compose.service={service}").split()  # fmt: skip
        assert len(found) == 1, f"{len(found)} containers of {service}"
        return found[0]

    def logs(self, service: str) -> str:
        done = subprocess.run(["docker", "logs", self.container(service)], capture_output=True, text=True, check=True)
        return done.stdout + done.stderr

    def inspect(self, service: str, template: str) -> str:
        return said("docker", "inspect", "--format", template, self.container(service)).strip()

    def run_in(self, service: str, *words: str) -> str:
        return said("docker", "exec", self.container(service), *words).strip()

    def down(self, *, volumes: bool) -> None:
        self.compose("down", "--remove-orphans", *(["--volumes"] if volumes else []))


class Memory:
    """The peak memory of each service by `docker stats`: about once a second, without the reclaimable file cache."""

    def __init__(self) -> None:
        self._peaks: dict[str, float] = {}  # MiB
        command = ["docker", "stats", "--format", "{{.Name}} {{.MemUsage}}"]
        self._stats = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._reading = threading.Thread(target=self._read, args=(self._stats.stdout,))
        self._reading.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stats.kill()
        self._stats.wait()
        self._reading.join()

    def peak(self, service: str) -> float:
        """The peak in MiB since the last call."""
        return self._peaks.pop(service)

    def _read(self, lines: Iterable[str]) -> None:
        for line in lines:
            if seen := re.search(rf"{PROJECT}[-_](\w+)[-_]\d+ ([\d.]+)([KMG])iB /", line):
                amount = float(seen[2]) * {"K": 1 / 1024, "M": 1, "G": 1024}[seen[3]]
                self._peaks[seen[1]] = max(self._peaks.get(seen[1], 0.0), amount)


@contextmanager
def deployment(
    settings: Mapping[str, str], worker: Mapping[str, str], authority: Path, port: int
) -> Iterator[Deployment]:
    """A checkout of the tracked files, as they are now. `settings` go into its `.env`, `worker` only to the worker.

    The containers share this machine's network, since the test servers are on its loopback interface.
    """
    with TemporaryDirectory(prefix="fl-bt-compose-") as name:
        folder = Path(name)
        for path in said("git", "ls-files", "-z", folder=ROOT).split("\0")[:-1]:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / path).exists():
                shutil.copy2(ROOT / path, folder / path)
        (folder / ".env").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        # A container has the host's network or others, and an override cannot remove the networks of the file.
        file = folder / "docker-compose.yaml"
        file.write_text(re.sub(r"^ +networks: \[.*\]\n", "", file.read_text(), flags=re.MULTILINE))
        # Compose reads a file of this name automatically. JSON is valid YAML.
        (folder / "docker-compose.override.yaml").write_text(json.dumps(_override(worker, authority, port)))
        running = Deployment(folder, _find_compose(), port)
        running.down(volumes=True)  # left by an interrupted run: its volumes would contain an owner
        try:
            yield running
        finally:
            running.down(volumes=True)
            subprocess.run(
                ["docker", "image", "rm", *(image(side) for side in SIDES)], capture_output=True, check=False
            )


def _override(worker: Mapping[str, str], authority: Path, port: int) -> dict[str, object]:
    where = {"FLBT_REDIS_URL": f"redis://:{PASSWORD}@127.0.0.1:{port}/0"}
    build = {"network": "host", "labels": {PROJECT: ""}, "args": {"PYTHON": there("Dockerfile", SHORT_PYTHON)}}

    def side(name: str) -> dict[str, object]:
        return {"image": image(name), "network_mode": "host", "build": build, "environment": where}

    redis = f"exec redis-server - --dir /data --appendonly yes --save '' --bind 127.0.0.1 --port {port}"
    trusted = {"volumes": [f"{authority}:/authority.pem:ro"], "environment": {**where, **worker}}
    return {
        "services": {
            "bot": side("bot"),
            "worker": side("worker") | trusted,
            # Not every image named redis prepares /data for its user.
            "redis": {
                "network_mode": "host", "user": "root", "image": there("docker-compose.yaml", SHORT_REDIS),
                "command": ["sh", "-c", f"{redis} <<END\nrequirepass $$REDIS_PASSWORD\nEND\n"],
            },
        }
    }  # fmt: skip


@cache
def there(file: str, short: str) -> str:
    """The base image that `file` pins, or without a registry this machine's image named `short`."""
    found = re.search(rf"{short.split(':', maxsplit=1)[0]}:\S+@sha256:[0-9a-f]{{64}}", (ROOT / file).read_text())
    assert found is not None
    for words in (["image", "inspect", found[0]], ["pull", "--quiet", found[0]]):
        if subprocess.run(["docker", *words], capture_output=True, check=False).returncode == 0:
            return found[0]
    print(f"{found[0]} cannot be had here: {short}, as it is on this machine, takes its place", flush=True)
    return short


def image(side: str) -> str:
    return f"{PROJECT}-{side}"


def image_bytes(name: str) -> int:
    return int(said("docker", "image", "inspect", "--format", "{{.Size}}", name))


def layer_bytes(side: str, made_by: str) -> int:
    """The size of an image's layers whose instruction contains `made_by`."""
    history = said(
        "docker", "history", "--no-trunc", "--human=false", "--format", "{{.Size}} {{.CreatedBy}}", image(side)
    )
    return sum(int(size) for size, _, by in (line.partition(" ") for line in history.splitlines()) if made_by in by)


def said(*command: str, folder: Path | None = None) -> str:
    """Runs a command and returns its output. Raises `RuntimeError` with the output when it fails."""
    # An older engine builds with BuildKit on demand, an older Compose through the command line.
    # Settings of FL-BT in this environment must not reach the containers.
    ours = {name for name in os.environ if name.startswith(("FLBT_", "COMPOSE_")) or name == "STEMS"}
    environment = {name: value for name, value in os.environ.items() if name not in ours} | {
        "DOCKER_BUILDKIT": "1",
        "COMPOSE_DOCKER_CLI_BUILD": "1",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def _find_compose() -> list[str]:
    for words in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(words[0])
            and subprocess.run([*words, "version"], capture_output=True, check=False).returncode == 0
        ):
            return words
    raise SystemExit("Neither `docker compose` nor `docker-compose` is there.")
