"""Walls on kernels with an older Landlock, whose version is masked here. Seccomp is as it is."""

import shutil
from pathlib import Path

import pytest

from jobs.models import Encoding, Format, Model, Rendition, YouTube
from jobs.results import Tags
from tests.sounds import music, write_wav
from tests.worker.child.test_confinement import ALLOWED, around
from tests.worker.hostile import Around, Attempts, Spoils
from worker.child.confinement import Confinement, landlock
from worker.child.confinement.walls import support
from worker.child.parent_side import run_child
from worker.child.tasks import Along, Brought, FetchTask, ModelTask, NetworkWanted, Separated, SeparationTask
from worker.separation.spleeter.weights import FILES

__all__ = ["around"]

VERSIONS = range(1, 8)
HERE = [abi for abi in VERSIONS if abi <= support().landlock]

#: include/uapi/linux/landlock.h of each: the newest right about files, ports, scopes; the bytes of its ruleset_attr.
KNOWN = {
    1: ("MAKE_SYM", False, False, 8), 2: ("REFER", False, False, 8), 3: ("TRUNCATE", False, False, 8),
    4: ("TRUNCATE", True, False, 16), 5: ("IOCTL_DEV", True, False, 16), 6: ("IOCTL_DEV", True, True, 24),
    7: ("IOCTL_DEV", True, True, 24), 8: ("IOCTL_DEV", True, True, 24),
}  # fmt: skip
BITS = {"MAKE_SYM": 12, "REFER": 13, "TRUNCATE": 14, "IOCTL_DEV": 15}


@pytest.mark.parametrize("abi", KNOWN)
def test_the_rights_of_each_version(abi: int) -> None:
    newest, ports, scopes, size = KNOWN[abi]
    rights = landlock.rights_of(abi)
    assert rights.files == (1 << BITS[newest] + 1) - 1, "all rights up to the newest"
    assert rights.ports == (0b11 if ports else 0)
    assert rights.scopes == (0b11 if scopes else 0)
    assert rights.size == size


async def spoils(around: Around, walls: Confinement | None, abi: int) -> dict[str, str]:
    task = Attempts(around=around, walls=walls, abi=abi)
    of = (await run_child("tests.worker.hostile", task, Spoils, lambda step: None, deadline=60)).of
    return {name: got for name, got in of.items() if not got.startswith("refused")}


def allowed_by(abi: int) -> dict[str, str]:
    return {name: got for name, got in ALLOWED.items() if abi > 1 or name != "moving between its folders"}


@pytest.mark.parametrize("abi", HERE)
async def test_a_separation_reaches_nothing_on_any_of_them(around: Around, abi: int) -> None:
    network = NetworkWanted(model=Model(name="spleeter-2"), models_dir=around.workspace.parent / "models")
    task = SeparationTask(
        audio=around.song, output=around.workspace, network=network, tags=Tags(title="Song"), max_seconds=60
    )
    assert await spoils(around, task.confinement, abi) == allowed_by(abi)


@pytest.mark.parametrize("abi", HERE)
async def test_a_downloader_has_ports_before_4_and_signals_before_6(around: Around, abi: int) -> None:
    task = FetchTask(
        source=YouTube(video_id="dQw4w9WgXcQ"), output=around.workspace, cookies=around.song, max_seconds=60
    )
    assert await spoils(around, task.confinement, abi) == {
        **allowed_by(abi),
        "a process": "forked",
        **({"a TCP connection": "connected"} if abi < 4 else {}),
        **({"a signal to the parent": "sent"} if abi < 6 else {}),
    }


@pytest.fixture
def task(tmp_path: Path, models_dir: Path) -> SeparationTask:
    """A separation with fetched weights without derived files, and a rendition along."""
    weights, output = tmp_path / "models" / "2stems", tmp_path / "made"
    weights.mkdir(parents=True)
    output.mkdir()
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, weights)
    return SeparationTask(
        audio=write_wav(tmp_path / "song.wav", music(2.0)),
        output=output,
        network=NetworkWanted(model=Model(name="spleeter-2"), models_dir=tmp_path / "models"),
        tags=Tags(title="Song"),
        max_seconds=60,
        along=(Along(rendition=Rendition(encoding=Encoding(format=Format.MP3)), kbps=320),),
    )


async def test_the_first_version_moves_nothing_between_folders_and_no_child_has_to(task: SeparationTask) -> None:
    """Linux 5.13 to 5.18. The children have walls of that version inside of their own."""
    brought = await run_child(
        "tests.worker.first_landlock.models", ModelTask(network=task.network), Brought, lambda step: None, deadline=120
    )
    assert brought == Brought()
    made = [path for path in (task.network.models_dir / "2stems").iterdir() if path.is_dir()]
    assert [path.name.partition("-")[0] for path in made] == ["unet"]
    separated = await run_child(
        "tests.worker.first_landlock.separation", task, Separated, lambda step: None, deadline=120
    )
    assert [file.name for file in separated.stems] == ["vocals.flac", "accompaniment.flac"]
    (along,) = separated.along
    paths = [task.output / file.name for file in separated.stems]
    paths += [task.output / along.rendition.key / file.name for file in along.files]
    assert all(path.stat().st_size > 1000 for path in paths)
    assert not any(path.is_dir() for path in task.output.iterdir() if path.name != along.rendition.key)
