"""On a processor without AVX2: nothing is refused, OpenVINO runs every network, and stems are alike."""

from pathlib import Path

import pytest

from jobs.models import Model
from jobs.results import Tags
from jobs.settings import Settings
from tests.sounds import listen, music, snr_db, write_wav
from worker.child.tasks import NetworkWanted, Separated, SeparationTask
from worker.inspection import inspect_installation
from worker.separation.run import run

#: What Linux tells of a processor of 2008.
NEHALEM = frozenset({"sse", "sse2", "pni", "ssse3", "cx16", "sse4_1", "sse4_2", "popcnt"})


@pytest.fixture
def old_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flbt_unet.builds.flags", lambda: NEHALEM)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")


def separated(song: Path, output: Path, models_dir: Path) -> Separated:
    output.mkdir()
    wanted = NetworkWanted(model=Model(), models_dir=models_dir)
    return run(
        SeparationTask(audio=song, output=output, network=wanted, tags=Tags(title="A song"), max_seconds=60),
        lambda _: None,
    )


def test_the_usual_engine_gives_the_same_stems(
    tmp_path: Path, models_dir: Path, request: pytest.FixtureRequest
) -> None:
    song = write_wav(tmp_path / "song.wav", music(3.0) * 0.5)
    separated(song, tmp_path / "here", models_dir)
    request.getfixturevalue("old_processor")
    there = separated(song, tmp_path / "there", models_dir)
    assert there.engine.startswith("unet openvino ")
    for file in there.stems:
        assert snr_db(listen(tmp_path / "there" / file.name), to=listen(tmp_path / "here" / file.name)) > 60


@pytest.mark.usefixtures("old_processor")
def test_the_doctor_says_what_runs_there(tmp_path: Path) -> None:
    told = inspect_installation(Settings(_env_file=None, data=tmp_path))
    assert (told.engine, told.runs) == ("openvino: unet has no build for this processor", True)
