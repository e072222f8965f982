"""A loud song through separation and rendering: in 32-bit float, stems add up to the decoded song."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from jobs.filenames import ABOUT
from jobs.models import Encoding, Format, Model, Order, Package, Rendition
from jobs.music.levels import decibels, level
from jobs.queue.requests import JobQueue
from jobs.results import Tags
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.models import STEMS
from tests.sounds import Samples, encode, film_with_sound_at, listen, snr_db, write_wav
from tests.weights import models_dir
from tests.worker.separation.songs import RATE, make_song
from tests.worker.track_fixture import ask, bring, work_off
from worker.child.tasks import NetworkWanted, RenderTask, Separated, SeparationTask
from worker.rendering.render import render
from worker.separation import separate

__all__ = ["models_dir"]

TAGS = Tags(title="Loud")
CLOSE = 80  # dB: the agreement of the sum of stems with any song

Write = Callable[[Path, Samples], Path]


def hot_mp3(folder: Path, song: Samples) -> Path:
    """Clipped and limited as loud songs are; decoded, it is over full scale."""
    return encode(folder / "hot.mp3", np.clip(song * np.float32(6), -1, 1), "libmp3lame", "mp3", kbps=128)


def float_wav(folder: Path, song: Samples) -> Path:
    return write_wav(folder / "float.wav", song * np.float32(10 ** (6 / 20) / np.abs(song).max()))


def separated(audio: Path, models: Path) -> tuple[SeparationTask, Separated]:
    output = audio.parent / "stems"
    output.mkdir()
    network = NetworkWanted(model=Model(), models_dir=models)
    task = SeparationTask(audio=audio, output=output, tags=TAGS, network=network, max_seconds=60)
    return task, separate(task, lambda _: None)


@pytest.mark.parametrize("write", [hot_mp3, float_wav])
def test_stems_of_a_loud_song_add_up_to_it_in_32_bit_float(write: Write, tmp_path: Path, models_dir: Path) -> None:
    audio = write(tmp_path, make_song(3 * RATE))
    source = listen(audio)
    task, outcome = separated(audio, models_dir)
    assert decibels(outcome.gain) < -0.5, "the song is one that has to be turned down"
    float_, fixed = (Rendition(encoding=Encoding(format=each)) for each in (Format.WAV32, Format.WAV))
    render(
        RenderTask(
            stems_dir=task.output,
            stems=outcome.stems,
            gain=outcome.gain,
            tags=TAGS,
            renditions=(float_, fixed),
            output=tmp_path / "made",
        ),
        lambda _: None,
    )
    for rendition, gain in ((float_, 1.0), (fixed, outcome.gain)):
        folder = tmp_path / "made" / rendition.key
        together = np.sum([listen(folder / f"{stem}.wav") for stem in STEMS[2]], axis=0)
        assert snr_db(together, to=source * np.float32(gain)) > CLOSE


def test_missing_seconds_of_stems_are_told(tmp_path: Path, models_dir: Path) -> None:
    song = make_song(2 * RATE)
    film = film_with_sound_at(tmp_path / "film", "mp4", [(0.7, song[:RATE]), (3.2, song[RATE:])])
    _, outcome = separated(film, models_dir)
    assert outcome.late == pytest.approx(0.7, abs=0.05)
    assert outcome.gaps == pytest.approx(1.5, abs=0.05)


def test_damage_is_noted_only_for_damaged_files(tmp_path: Path, models_dir: Path) -> None:
    whole = encode(tmp_path / "song.mp3", make_song(4 * RATE), "libmp3lame", "mp3")
    content = bytearray(whole.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(2).bytes(3000)
    for name, bytes_, notes in (("whole", whole.read_bytes(), ()), ("damaged", bytes(content), ("damaged",))):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "song.mp3").write_bytes(bytes_)
        assert separated(folder / "song.mp3", models_dir)[1].notes == notes


async def test_gains_and_gaps_are_in_the_store(
    queue: JobQueue, store: FolderStore, models_dir: Path, valkey_server: SecretStr, tmp_path: Path
) -> None:
    song = make_song(2 * RATE)
    film = film_with_sound_at(tmp_path / "film", "mp4", [(0.7, song[:RATE]), (3.2, song[RATE:])])
    whole = Order(mix=STEMS[2], format=Format.FLAC)
    zipped = Order(package=Package.ZIP, format=Format.FLAC)
    loud, late = ask(await bring(store, float_wav(tmp_path, song)), whole), ask(await bring(store, film), zipped)
    for request in (loud, late):
        await queue.submit(request)
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    await work_off(settings, valkey_server)
    manifest, film_manifest = [(await store.read(request.track_id)).manifest for request in (loud, late)]
    assert manifest is not None
    assert film_manifest is not None
    assert (film_manifest.late, film_manifest.gaps) == pytest.approx((0.7, 1.5), abs=0.05)
    archive = (await store.read(late.track_id)).rendered(zipped.renditions[0])
    assert archive is not None
    with zipfile.ZipFile(store.folder(late.track_id, archive.rendition) / archive.files[0].name) as whole_zip:
        about = json.loads(whole_zip.read(ABOUT))
    assert (about["late_seconds"], about["gap_seconds"]) == pytest.approx((0.7, 1.5), abs=0.05)
    rendered = (await store.read(loud.track_id)).rendered(whole.renditions[0])
    assert rendered is not None
    # The song was at +6.0 dB, and this mix of all of its stems just fits.
    assert 20 * np.log10(level(manifest, rendered)) == pytest.approx(-6.0, abs=0.01)
    (file,) = rendered.files
    heard = listen(store.folder(loud.track_id, rendered.rendition) / file.name)
    assert np.abs(heard).max() == pytest.approx(1, abs=1e-6)
