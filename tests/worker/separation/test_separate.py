"""A separation from file to files, in this process and in the worker's child."""

import asyncio
import importlib.util
import re
import subprocess
import sys
import threading
import wave
from pathlib import Path

import av
import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image

from jobs.failures import Failed, Reason
from jobs.models import Format, Model, Stem
from jobs.results import Tags
from tests.models import STEMS
from tests.sounds import listen, snr_db, write_wav
from tests.worker.separation.songs import make_song, write_song
from worker.child.messages import Event, Step
from worker.child.parent_side import run_child
from worker.child.tasks import NetworkWanted, Separated, SeparationTask
from worker.rendering.drawing import Waveforms, draw
from worker.separation import separate
from worker.separation.spleeter.network import Network, load_network
from worker.separation.spleeter.spectrogram import ADVANCE, FRAME, Samples


def task_for(audio: Path, models_dir: Path, *, max_seconds: float = 60, engine: str = "unet") -> SeparationTask:
    output = audio.parent / "stems"
    output.mkdir()
    return SeparationTask(
        audio=audio, output=output, tags=Tags(title="Söng / 1", artist="Me"), max_seconds=max_seconds,
        network=NetworkWanted(model=Model(), models_dir=models_dir, engine=engine),
    )  # fmt: skip


def separated(task: SeparationTask) -> tuple[Separated, dict[Stem, Samples]]:
    """The outcome, and the samples in the files."""
    outcome = separate(task, lambda _: None)
    assert outcome.picture is not None
    files = [*outcome.stems, outcome.picture]
    assert {file.name: file.bytes_ for file in files} == {
        path.name: path.stat().st_size for path in task.output.iterdir()
    }
    stems = {file.stem: listen(task.output / file.name) for file in outcome.stems if file.stem}
    assert all(len(stem) == outcome.samples for stem in stems.values())
    return outcome, stems


def test_a_song_comes_back_as_tagged_stems_that_add_up(tmp_path: Path, models_dir: Path) -> None:
    song = make_song(ADVANCE - FRAME + 12_345)
    task = task_for(write_song(tmp_path / "song.flac", song), models_dir)
    steps: list[Step] = []

    outcome = separate(task, steps.append)

    assert outcome.samples == len(song)
    assert outcome.gain == 1
    assert outcome.notes == ()
    assert re.fullmatch(r"unet \S.*", outcome.engine)
    stems = [listen(task.output / f"{stem}.flac") for stem in ("vocals", "accompaniment")]
    assert snr_db(np.sum(stems, axis=0), to=song) > 80
    assert outcome.sum is not None
    assert outcome.sum.residual_db < -120, "before they are encoded"
    assert outcome.sum.moved_db is None, "Spleeter's masks leave nothing out"
    with av.open(str(task.output / "vocals.flac")) as file:
        tags = {name.lower(): value for name, value in file.metadata.items()}
    assert (tags["title"], tags["artist"]) == ("vocals - Söng / 1", "Me")
    # A step per segment, forward only, to the end.
    fractions = [step.fraction for step in steps if step.alive]
    assert len(fractions) == 2
    assert None not in fractions
    assert fractions == sorted(fractions, key=lambda fraction: fraction or 0)
    assert fractions[-1] == 1
    assert steps[-1].seconds == pytest.approx(len(song) / 44100)


def test_silence_stays_silence(tmp_path: Path, models_dir: Path) -> None:
    task = task_for(write_song(tmp_path / "song.wav", np.zeros((44_100, 2), np.float32), Format.WAV), models_dir)

    outcome, stems = separated(task)

    assert outcome.samples == 44_100
    assert not any(stem.any() for stem in stems.values())


def test_one_sample_is_a_song(tmp_path: Path, models_dir: Path) -> None:
    audio = tmp_path / "song.wav"
    with wave.open(str(audio), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(b"\x00\x40")

    outcome, stems = separated(task_for(audio, models_dir))

    assert outcome.samples == 1
    assert np.allclose(sum(stems.values()), 0.5, atol=1e-4)


def test_broken_samples_are_silence(tmp_path: Path, models_dir: Path) -> None:
    song = make_song(100_000)
    song[30_000:30_100] = np.nan
    song[60_000, 0] = np.inf
    task = task_for(write_wav(tmp_path / "song.wav", song), models_dir)

    outcome, stems = separated(task)

    assert outcome.samples == 100_000
    together = np.sum(list(stems.values()), axis=0)
    assert snr_db(together, to=np.where(np.isfinite(song), song, 0)) > 80


def test_a_song_over_full_scale_is_turned_down_whole(tmp_path: Path, models_dir: Path) -> None:
    song = 4 * make_song(100_000)
    task = task_for(write_wav(tmp_path / "song.wav", song), models_dir)

    outcome, stems = separated(task)

    assert 0.2 < outcome.gain < 1
    together = np.sum(list(stems.values()), axis=0)
    assert snr_db(together / np.float32(outcome.gain), to=song) > 80
    assert max(np.abs(stem).max() for stem in stems.values()) == pytest.approx(1, abs=1e-6)


def test_only_its_sound_makes_a_song_too_long(tmp_path: Path, models_dir: Path) -> None:
    audio = write_song(tmp_path / "song.flac", make_song(100_000))
    content = bytearray(audio.read_bytes())
    content[22:26] = (3600 * 44_100).to_bytes(4)  # STREAMINFO states an hour
    audio.write_bytes(content)
    steps: list[Step] = []

    task = task_for(audio, models_dir, max_seconds=3)
    outcome = separate(task, steps.append)
    assert outcome.samples == 100_000
    assert outcome.notes == ("cut_short",)

    counted = task.model_copy(update={"seconds": 100_000 / 44_100})
    separate(counted, steps.append)
    assert (steps[-1].fraction, steps[-1].seconds) == (1, 100_000 / 44_100)


def test_a_song_of_unknown_length_is_stopped_when_it_is_too_long(tmp_path: Path, models_dir: Path) -> None:
    audio = write_song(tmp_path / "song.flac", make_song(ADVANCE + 200_000))
    content = bytearray(audio.read_bytes())
    # STREAMINFO's number of samples, 36 bits that may be 0 for "unknown": https://www.rfc-editor.org/rfc/rfc9639
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    audio.write_bytes(content)
    task = task_for(audio, models_dir, max_seconds=13)

    with pytest.raises(Failed) as failure:
        separate(task, lambda _: None)

    assert failure.value.failure.reason is Reason.TOO_LONG
    assert failure.value.failure.values["limit_seconds"] == 13
    assert list(task.output.iterdir()) == []


def test_an_invalid_file_fails_before_weights_are_fetched(tmp_path: Path) -> None:
    (tmp_path / "song.mp3").write_text("A text that calls itself a song.\n" * 100)
    task = task_for(tmp_path / "song.mp3", tmp_path / "no-models")

    with pytest.raises(Failed) as failure:
        separate(task, lambda _: None)

    assert failure.value.failure.reason is Reason.NOT_AUDIO
    assert not task.network.models_dir.exists()


def test_the_original_engine_without_its_packages_says_how(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "tensorflow" else find(name))
    task = task_for(write_song(tmp_path / "song.flac", make_song(1000)), models_dir, engine="spleeter")

    with pytest.raises(Failed) as failure:
        separate(task, lambda _: None)

    assert failure.value.failure.reason is Reason.ENGINE_MISSING


def test_importing_it_is_light() -> None:
    look = "import sys, worker.separation; print({'av', 'numpy', 'openvino', 'tensorflow'} & {*sys.modules})"
    assert subprocess.check_output([sys.executable, "-c", look], text=True) == "set()\n"


@pytest.mark.faults
async def test_a_child_that_is_killed_leaves_no_stem_and_the_next_one_works(tmp_path: Path, models_dir: Path) -> None:
    task = task_for(write_song(tmp_path / "song.flac", make_song(2 * ADVANCE)), models_dir)
    started = asyncio.Event()

    def on_step(step: Step) -> None:
        if step.alive:  # a segment is done, and others follow
            started.set()

    def children() -> set[int]:
        return {child.pid for child in psutil.Process().children(recursive=True)}

    before = children()
    running = asyncio.create_task(run_child("worker.separation", task, Separated, on_step, deadline=100))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert children() <= before
    assert list(task.output.glob("*.flac")) == []
    outcome = await run_child("worker.separation", task, Separated, on_step, deadline=100)
    assert outcome.samples == 2 * ADVANCE
    assert {path.name for path in task.output.glob("*.flac")} == {"vocals.flac", "accompaniment.flac"}


@pytest.mark.parametrize("megabytes", [200, 1000])
def test_too_little_address_space_is_a_sentence(tmp_path: Path, models_dir: Path, megabytes: int) -> None:
    task = task_for(write_song(tmp_path / "song.flac", make_song(100_000)), models_dir)
    limited = f"""
import resource, runpy
from tests.models import STEMS
resource.setrlimit(resource.RLIMIT_AS, ({megabytes << 20}, {megabytes << 20}))
runpy.run_module("worker.separation", run_name="__main__")
"""
    with subprocess.Popen(
        [sys.executable, "-c", limited], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(task.model_dump_json() + "\n")
        child.stdin.flush()  # not closed: the child exits at end of file
        said = child.stdout.read()

    event = Event.model_validate_json(said.splitlines()[-1])
    assert event.failure is not None
    assert event.failure.reason is Reason.OUT_OF_MEMORY
    assert f"{megabytes} MB" in event.failure.detail
    assert list(task.output.iterdir()) == []


@pytest.mark.faults
def test_a_segment_that_fails_leaves_no_half_made_stem(
    tmp_path: Path, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third segment fails while others are in work and the first is being encoded."""
    task = task_for(write_song(tmp_path / "song.flac", make_song(4 * ADVANCE)), models_dir)
    of: type[Network] = type(load_network(models_dir / "2stems", STEMS[2], "11k"))
    estimate, calls = of.estimate, iter(range(100))

    def fails_once(network: Network, magnitudes: NDArray[np.float32]) -> NDArray[np.float32]:
        if next(calls) == 2:
            raise RuntimeError("a segment failed")
        return estimate(network, magnitudes)

    with monkeypatch.context() as patch:
        patch.setattr(of, "estimate", fails_once)
        with pytest.raises(RuntimeError, match="a segment failed"):
            separate(task, lambda _: None)

    assert list(task.output.iterdir()) == []
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("lane", "encoder"))]
    assert separate(task, lambda _: None).samples == 4 * ADVANCE


def test_a_cover_comes_back_small_beside_the_picture(tmp_path: Path, models_dir: Path) -> None:
    cover = tmp_path / "cover.png"
    Image.new("RGB", (900, 700), "teal").save(cover)
    task = task_for(write_song(tmp_path / "song.flac", make_song(100_000)), models_dir)

    outcome = separate(task.model_copy(update={"cover": cover}), lambda _: None)

    assert outcome.picture is not None
    assert outcome.thumbnail is not None
    draw(Waveforms(STEMS[2]), Tags(title=""), tmp_path / "silence.png")
    assert (task.output / outcome.picture.name).read_bytes() != (tmp_path / "silence.png").read_bytes()
    for file, kind in ((outcome.picture, "PNG"), (outcome.thumbnail, "JPEG")):
        assert (task.output / file.name).stat().st_size == file.bytes_
        with Image.open(task.output / file.name) as picture:
            assert picture.format == kind
