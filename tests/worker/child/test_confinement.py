"""A child that a file has taken over reaches neither other files, nor other processes, nor the network."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.models import Model, Upload, YouTube
from jobs.results import Tags
from tests.worker.hostile import ATTEMPTS, CALLS, Around, Attempts, Spoils
from worker.bytecode import caches
from worker.child.confinement import UNCONFINED, Confinement
from worker.child.confinement.walls import support
from worker.child.environment import environment_for
from worker.child.forking import forks
from worker.child.parent_side import run_child
from worker.child.tasks import (
    FetchTask,
    ListingTask,
    ModelTask,
    NetworkWanted,
    RenderTask,
    SearchTask,
    SeparationTask,
    Task,
    TitlesTask,
)

ALLOWED = {"its song": "a song", "its workspace": "4", "moving between its folders": "moved"}
#: Attempts of an ordinary user that succeed on any machine without walls. Others need root, or kernel settings.
UNWALLED = {
    "the settings", "somebody's upload", "the home folder", "a symlink to the settings", "moving an upload",
    "writing into the home folder", "removing the settings", "the queue", "a TCP connection", "listening", "a program",
    "a process", "a signal to the parent", "the parent's limits", "the settings' mode", "the settings' times",
    "a thread", "the list of processes", "watching the home folder", "the parent's cores", "the priority of many",
    "a file that signals to the parent", "a pipe with a name",
}  # fmt: skip


@pytest.fixture
def around(tmp_path: Path, valkey_server: SecretStr) -> Iterator[Around]:
    home, workspace = tmp_path / "home", tmp_path / "store" / "work" / "one"
    home.mkdir()
    workspace.mkdir(parents=True)
    (home / ".env").write_text("FLBT_TELEGRAM_TOKEN=123456:not-for-children")
    (home / "upload").write_text("somebody else's song")
    (home / "spare").write_text("")
    (tmp_path / "song").write_text("a song")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_answer, args=[listening], daemon=True).start()
        yield Around(
            home=home,
            workspace=workspace,
            song=tmp_path / "song",
            queue=Path(valkey_server.get_secret_value().removeprefix("unix://")),
            port=listening.getsockname()[1],
            parent=os.getpid(),
        )


def _answer(listening: socket.socket) -> None:
    while True:
        try:
            listening.accept()[0].close()
        except OSError:
            return


async def spoils(
    around: Around, walls: Confinement | None, *, offline: bool = False, forked: bool = False
) -> dict[str, str]:
    task = Attempts(around=around, walls=walls, offline=offline)
    async with forks() if forked else contextlib.nullcontext():
        return (await run_child("tests.worker.hostile", task, Spoils, lambda step: None, deadline=60)).of


async def test_without_walls_the_attempts_succeed(around: Around) -> None:
    of = await spoils(around, UNCONFINED)
    assert {name for name in UNWALLED if of[name].startswith("refused")} == set()
    assert "not-for-children" in of["the settings"]
    assert "PONG" in of["the queue"]


def kinds(around: Around) -> dict[str, Task]:
    """Children as the worker starts them, at work on `around.song`."""
    song, workspace, tags = around.song, around.workspace, Tags(title="Song")
    network = NetworkWanted(model=Model(name="spleeter-2"), models_dir=workspace.parent / "models")
    return {
        "decoder": FetchTask(
            source=Upload(upload_id="abc", name="song.mp3"), output=workspace, inbox=song, max_seconds=60
        ),
        "separation": SeparationTask(audio=song, output=workspace, network=network, tags=tags, max_seconds=60),
        "renderer": RenderTask(stems_dir=song, stems=(), tags=tags, renditions=(), output=workspace),
        "downloader": FetchTask(source=YouTube(video_id="dQw4w9WgXcQ"), output=workspace, cookies=song, max_seconds=60),
    }


@pytest.mark.parametrize("forked", [False, True], ids=["started anew", "forked"])
@pytest.mark.parametrize("kind", ["decoder", "separation", "renderer", "downloader"])
async def test_behind_walls_they_are_refused(around: Around, kind: str, forked: bool) -> None:
    of = await spoils(around, kinds(around)[kind].confinement, forked=forked)
    reached = {name: got for name, got in of.items() if not got.startswith("refused")}
    assert reached == ALLOWED | (_downloading() if kind == "downloader" else {})
    assert set(of) == {*ATTEMPTS, *CALLS, *ALLOWED}
    assert (around.home / ".env").read_text().endswith("not-for-children")
    assert sorted(path.name for path in around.home.iterdir()) == [".env", "spare", "upload"]


def _downloading() -> dict[str, str]:
    """Downloaders start Node, so they may fork; they may run no other program. See docs/adr/0010."""
    version = support().landlock
    return {
        "a process": "forked",
        **({"a signal to the parent": "sent"} if version < 6 else {}),
        **({"a TCP connection": "connected"} if version < 4 else {}),
    }


async def test_a_downloader_that_decodes_has_no_network_and_starts_nothing(around: Around) -> None:
    of = await spoils(around, kinds(around)["downloader"].confinement, offline=True)
    assert of["a TCP connection"].startswith("refused")
    assert of["a process"].startswith("refused")
    reached = {name: got for name, got in of.items() if not got.startswith("refused")}
    assert reached.keys() <= {*ALLOWED, "a signal to the parent"}


async def test_the_child_that_brings_models_writes_their_folder_alone(around: Around) -> None:
    network = NetworkWanted(model=Model(name="spleeter-2"), models_dir=around.workspace)
    of = await spoils(around, ModelTask(network=network).confinement)
    reached = {name: got for name, got in of.items() if not got.startswith("refused")}
    without_ports = {"a TCP connection": "connected"} if support().landlock < 4 else {}
    allowed = {name: got for name, got in ALLOWED.items() if name != "its song"}
    assert reached == allowed | without_ports, "no song, no settings, no program, no process"


async def test_the_child_that_brings_models_plants_no_link_for_the_next_one(around: Around) -> None:
    """The next one may read and write the targets of links in the folder."""
    network = NetworkWanted(model=Model(name="spleeter-2"), models_dir=around.workspace)
    await spoils(around, ModelTask(network=network).confinement)
    assert not any(path.is_symlink() for path in around.workspace.iterdir())
    (around.workspace / "elsewhere").symlink_to(around.home)
    walls = ModelTask(network=network).confinement
    assert walls is not None
    assert around.home in walls.write, "a person's own link is followed"


async def test_the_child_that_brings_models_reaches_the_machines_own_index(
    around: Around, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_INDEX_URL", f"http://127.0.0.1:{around.port}/simple")
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    network = NetworkWanted(model=Model(name="spleeter-2"), models_dir=around.workspace)
    walls = ModelTask(network=network).confinement
    assert walls is not None
    assert (await spoils(around, walls))["a TCP connection"] == "connected"
    assert environment_for(walls, os.environ)["UV_INDEX_URL"].startswith("http://127.0.0.1")


async def test_the_process_that_writes_bytecode_reaches_nothing(around: Around) -> None:
    of = await spoils(around, Confinement(write=tuple(caches())))
    assert {name: got for name, got in of.items() if not got.startswith("refused")} == {}


async def test_children_that_only_ask_write_nowhere_and_start_nothing(around: Around) -> None:
    asking = (
        ListingTask(playlist_id="PLabcdefghijklmnopqrstuvwxyz012345"),
        SearchTask(words="wave"),
        TitlesTask(video_ids=()),
    )
    for task in asking:
        of = await spoils(around, task.confinement)
        assert {name: got for name, got in of.items() if not got.startswith("refused")} == {}


async def test_a_port_that_is_allowed_is_the_only_one(around: Around) -> None:
    """Requires Landlock's fourth version, the first with ports."""
    of = await spoils(around, Confinement(ports=(around.port,)))
    assert of["a TCP connection"] == "connected"
    of = await spoils(around, Confinement(ports=(around.port + 1,)))
    assert of["a TCP connection"].startswith("refused" if support().landlock >= 4 else "connected")


def test_packages_may_be_links_into_an_installers_cache(tmp_path: Path) -> None:
    cached, installed = tmp_path / "archive-v0" / "AbC" / "linked", tmp_path / "site-packages" / "linked"
    for folder in (cached, installed):
        folder.mkdir(parents=True)
    for name, code in (("__init__.py", ""), ("child.py", "print('loaded')")):
        (cached / name).write_text(code)
        (installed / name).symlink_to(cached / name)
    run = subprocess.run(
        [sys.executable, "-P", "-m", "worker.child.confined", Confinement().model_dump_json(), "linked.child"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(installed.parent), os.environ.get("PYTHONPATH", "")])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stdout == "loaded\n", run.stderr


def test_a_childs_environment_is_a_list_of_names() -> None:
    ours = {
        "PATH": "/bin", "LC_ALL": "C", "FLBT_TELEGRAM_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret",
        "https_proxy": "http://user:secret@host:1", "UV_INDEX_URL": "https://user:secret@host",
        "TF_NUM_INTRAOP_THREADS": "2", "TF_TOKEN_host": "secret", "TF_VAR_password": "secret",
    }  # fmt: skip
    alone = environment_for(Confinement(write=(Path("/tmp/space"),)), ours)
    assert alone == {"PATH": "/bin", "LC_ALL": "C", "TF_NUM_INTRAOP_THREADS": "2", "TMPDIR": "/tmp/space"}
    assert environment_for(Confinement(ports=(443,)), ours).keys() == alone.keys() - {"TMPDIR"} | {"https_proxy"}
    assert environment_for(UNCONFINED, ours).keys() == alone.keys() - {"TMPDIR"} | {"https_proxy"}
    assert environment_for(Confinement(variables=("UV_INDEX_URL",)), ours).keys() == alone.keys() - {"TMPDIR"} | {
        "UV_INDEX_URL"
    }
