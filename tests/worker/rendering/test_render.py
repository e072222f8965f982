"""Rendering of stored stems to delivered files."""

import asyncio
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from jobs.failures import Failed, Reason
from jobs.models import Archive, Effect, Encoding, Format, Mix, Rendition, Stem
from jobs.results import Tags
from tests.models import STEMS
from tests.sounds import RATE, jpeg, listen, music, snr_db
from tests.worker.rendering.tasks import SONGS, TAGS, Make, make_task, mix, quiet, stems, zipped
from worker.audio.reading import open_song
from worker.audio.writing import open_track
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import RenderedSet
from worker.practice.peaks import TruePeak
from worker.rendering.render import render

__all__ = ["make_task"]


@pytest.mark.parametrize("format_", list(Format))
def test_stems_as_files(format_: Format, make_task: Make) -> None:
    task = make_task(stems(format_))
    (files,) = render(task, quiet).files
    folder = task.output / stems(format_).key
    assert [file.stem for file in files] == list(STEMS[4])
    assert sorted(path.name for path in folder.iterdir()) == sorted(file.name for file in files)
    for file in files:
        assert file.stem is not None
        path = folder / file.name
        assert file.name == f"{file.stem}.{format_.extension}"
        assert file.bytes_ == path.stat().st_size
        with open_song(path) as song:
            assert (song.title, song.artist) == (f"{file.stem} - ../Ünder pressure?", "Queen/Bowie")
            assert song.cover == (None if format_ in (Format.WAV, Format.WAV32) else jpeg())
            heard = np.concatenate(list(song.blocks()))
        assert heard.shape == SONGS[file.stem].shape
        assert snr_db(heard, to=SONGS[file.stem]) > 20
    assert [path.name for path in task.output.iterdir()] == [stems(format_).key]


def test_stored_stems_are_delivered_as_they_are(make_task: Make) -> None:
    task = make_task(stems(Format.FLAC))
    render(task, quiet)
    for stem in STEMS[4]:
        stored, delivered = task.stems_dir / f"{stem}.flac", task.output / "stems-flac" / f"{stem}.flac"
        assert stored.samefile(delivered)


def test_stored_stems_with_other_tags_are_written_anew(make_task: Make) -> None:
    task = make_task(stems(Format.FLAC), tags=Tags(title="Under Pressure", artist="Queen"))
    render(task, quiet)
    for stem in STEMS[4]:
        with open_song(task.output / "stems-flac" / f"{stem}.flac") as song:
            assert (song.title, song.artist) == (f"{stem} - Under Pressure", "Queen")
            heard = np.concatenate(list(song.blocks()))
        assert np.array_equal(heard, listen(task.stems_dir / f"{stem}.flac"))


def test_a_lower_bit_rate_is_a_rendition_of_its_own(make_task: Make) -> None:
    usual, lower = stems(Format.MP3), stems(Format.MP3).encoded(Format.MP3, 128)
    task = make_task(usual, lower, lower.model_copy(update={"package": Archive()}))
    full, small, zipped_small = render(task, quiet).files
    for large, little in zip(full, small, strict=True):
        assert little.bytes_ < large.bytes_ / 2
    with ZipFile(task.output / task.renditions[2].key / zipped_small[0].name) as archive:
        sizes = [entry.file_size for entry in archive.infolist() if entry.filename.endswith(".mp3")]
    assert sizes == [file.bytes_ for file in small]


def test_a_mix_is_the_plain_sum(make_task: Make) -> None:
    minus_one = mix(Format.FLAC, Stem.VOCALS, Stem.BASS, Stem.OTHER)
    pair = mix(Format.WAV, Stem.BASS, Stem.VOCALS)
    task = make_task(minus_one, pair, loudness=0.3)
    (first,), (second,) = render(task, quiet).files
    assert (first.name, first.stem, second.name) == ("mix.flac", None, "mix.wav")
    for rendition, names, suffix in (
        (minus_one, (Stem.VOCALS, Stem.BASS, Stem.OTHER), "no drums"),
        (pair, (Stem.VOCALS, Stem.BASS), "vocals + bass"),
    ):
        path = task.output / rendition.key / f"mix.{rendition.encoding.format}"
        with open_song(path) as song:
            assert song.title == f"{suffix} - ../Ünder pressure?"
            heard = np.concatenate(list(song.blocks()))
        expected = np.sum([listen(task.stems_dir / f"{name}.flac") for name in names], axis=0)
        assert np.abs(heard - expected).max() < 2**-22


def test_a_mix_that_would_clip_is_turned_down_as_a_whole(make_task: Make) -> None:
    everything = mix(Format.WAV, *STEMS[4])
    task = make_task(everything, loudness=2.0)
    render(task, quiet)
    total = np.sum([listen(task.stems_dir / f"{stem}.flac") for stem in STEMS[4]], axis=0)
    peak = np.abs(total).max()
    assert peak > 1.2
    heard = listen(task.output / everything.key / "mix.wav")
    assert np.abs(heard).max() == pytest.approx(1, abs=1e-6)
    assert snr_db(heard, to=total / peak) > 110


def comment_of(path: Path) -> str | None:
    with open_song(path) as song:
        return song.comment


@pytest.mark.parametrize("format_", [Format.MP3, Format.M4A, Format.FLAC, Format.WAV])
def test_a_gain_is_written_into_a_tag(format_: Format, make_task: Make) -> None:
    task = make_task(stems(format_), gain=0.5)
    assert render(task, quiet).gains == (1.0,)
    for path in (task.output / stems(format_).key).iterdir():
        assert comment_of(path) == "Gain -6.021 dB, so that nothing clips"


def test_a_gain_of_1_is_not_written(make_task: Make) -> None:
    task = make_task(*(stems(format_) for format_ in Format), gain=0.996)  # 0.03 dB
    render(task, quiet)
    assert {comment_of(path) for path in task.output.rglob("*.*")} == {None}


def test_stems_stored_before_there_was_a_tag_get_it(make_task: Make) -> None:
    task = make_task(stems(Format.FLAC)).model_copy(update={"gain": 0.5})
    render(task, quiet)
    assert comment_of(task.stems_dir / "bass.flac") is None
    assert comment_of(task.output / "stems-flac" / "bass.flac") == "Gain -6.021 dB, so that nothing clips"


def test_32_bit_float_undoes_the_gain_of_the_stored_stems(make_task: Make) -> None:
    task = make_task(stems(Format.WAV32), mix(Format.WAV32, *STEMS[4]), loudness=3.0, gain=0.25)
    assert render(task, quiet).gains == (1.0, 1.0)
    for stem, song in SONGS.items():
        path = task.output / "stems-wav32" / f"{stem}.wav"
        heard = listen(path)
        assert np.abs(heard).max() > 1.4, "over full scale, and not clipped"
        assert np.abs(heard - song * np.float32(3)).max() <= 2**-24 / 0.25
        assert comment_of(path) is None
    total = listen(task.output / mix(Format.WAV32, *STEMS[4]).key / "mix.wav")
    assert snr_db(total, to=np.sum([song * np.float32(3) for song in SONGS.values()], axis=0)) > 120


def test_a_mix_tells_its_own_gain_beside_that_of_the_stems(make_task: Make) -> None:
    everything = mix(Format.FLAC, *STEMS[4])
    task = make_task(everything, stems(Format.MP3), loudness=4.0, gain=0.5)
    total = np.sum([listen(task.stems_dir / f"{stem}.flac") for stem in STEMS[4]], axis=0)
    own = 1 / float(np.abs(total).max())
    assert own < 0.9
    assert render(task, quiet).gains == pytest.approx((own, 1.0))
    said = f"Gain {20 * np.log10(own * 0.5):+.3f} dB, so that nothing clips"
    assert comment_of(task.output / everything.key / "mix.flac") == said


def test_a_mix_of_one_stem_is_that_stem(make_task: Make) -> None:
    alone = mix(Format.FLAC, Stem.DRUMS)
    task = make_task(alone)
    render(task, quiet)
    assert np.array_equal(listen(task.output / alone.key / "mix.flac"), listen(task.stems_dir / "drums.flac"))


def test_progress_rises_to_the_end(make_task: Make) -> None:
    steps: list[Step] = []
    render(make_task(stems(Format.MP3), mix(Format.MP3, Stem.VOCALS, Stem.BASS), threads=2), steps.append)
    fractions = [step.fraction or 0 for step in steps]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.7
    assert fractions[-1] == pytest.approx(1, abs=0.02)
    assert len(fractions) <= 101


@pytest.mark.parametrize("damage", ["cut", "missing", "text"])
def test_damaged_stems_are_our_failure_and_leave_nothing(damage: str, make_task: Make) -> None:
    task = make_task(stems(Format.MP3), zipped(Format.MP3))
    stored = task.stems_dir / "bass.flac"
    match damage:
        case "cut":
            stored.write_bytes(stored.read_bytes()[:60_000])
        case "missing":
            stored.unlink()
        case "text":
            stored.write_text("hello")
    with pytest.raises((Failed, FileNotFoundError)) as caught:
        render(task, quiet)
    if isinstance(caught.value, Failed):
        assert caught.value.failure.reason is Reason.INTERNAL
        assert "bass.flac" in caught.value.failure.detail
    assert not (task.output / "stems-mp3" / "bass.mp3").exists()
    assert not list(task.output.rglob("*.part"))
    assert not list(task.output.rglob("*.zip"))


def test_a_stem_that_is_not_there_cannot_be_mixed(make_task: Make) -> None:
    with pytest.raises(Failed) as caught:
        render(make_task(mix(Format.MP3, Stem.PIANO, Stem.BASS)), quiet)
    assert caught.value.failure.reason is Reason.INTERNAL


async def test_the_child_renders(make_task: Make) -> None:
    steps: list[Step] = []
    task = make_task(zipped(Format.FLAC), stems(Format.M4A))
    rendered = await run_child("worker.rendering.render", task, RenderedSet, steps.append, deadline=60)
    assert [len(files) for files in rendered.files] == [1, 4]
    assert (task.output / "zip-flac" / "stems.zip").stat().st_size == rendered.files[0][0].bytes_
    assert steps


async def test_a_killed_child_leaves_no_file_that_looks_finished(make_task: Make, tmp_path: Path) -> None:
    task = make_task(stems(Format.MP3))
    long = music(60, seed=9)
    for file in task.stems:
        with open_track(task.stems_dir / file.name, Format.FLAC, TAGS) as track:
            track.write(long)
    begun = asyncio.Event()
    rendering = asyncio.create_task(
        run_child("worker.rendering.render", task, RenderedSet, lambda _: begun.set(), deadline=60)
    )
    await begun.wait()
    rendering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await rendering
    names = [path.name for path in (task.output / "stems-mp3").iterdir()]
    assert names
    assert all(name.endswith(".part") for name in names)


@pytest.mark.parametrize("format_", list(Format))
def test_a_treated_mix_has_its_length_name_and_level(format_: Format, make_task: Make) -> None:
    content = Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER), levels=(-12, 0, 3))
    slower = Rendition(content=content, effect=Effect(tempo=80, key=-2), encoding=Encoding(format=format_))
    task = make_task(slower)
    made = render(task, quiet)
    ((file,),), (gain,) = made.files, made.gains
    with open_song(task.output / slower.key / file.name) as song:
        assert song.title == "no drums, vocals \N{MINUS SIGN}12, other +3, 80 %, \N{MINUS SIGN}2 - ../Ünder pressure?"
        heard = np.concatenate(list(song.blocks()))
    assert len(heard) == round((2 + 1 / RATE) * RATE * 1.25)
    peak = TruePeak()
    peak.push(heard)
    if format_.keeps_level:
        assert gain == 1
        assert peak.value > 0.9
    else:
        assert peak.value < 10 ** (-1 / 20) * (1.06 if format_.is_lossy else 1.001)  # encoders add their noise
        assert gain < 1


def test_levels_are_gains_of_stems(make_task: Make) -> None:
    guide = Rendition(
        content=Mix(stems=(Stem.VOCALS, Stem.BASS), levels=(-12, 0)), encoding=Encoding(format=Format.WAV)
    )
    task = make_task(guide, loudness=0.3)
    render(task, quiet)
    with open_song(task.output / guide.key / "mix.wav") as song:
        heard = np.concatenate(list(song.blocks()))
    assert snr_db(heard, to=0.3 * (10 ** (-12 / 20) * SONGS[Stem.VOCALS] + SONGS[Stem.BASS])) > 80


def test_treated_stems_come_in_a_zip_too(make_task: Make) -> None:
    slower = zipped(Format.FLAC).model_copy(update={"effect": Effect(tempo=90)})
    task = make_task(slower)
    ((file,),) = render(task, quiet).files
    with ZipFile(task.output / slower.key / file.name) as archive:
        names = archive.namelist()
    assert len([name for name in names if name.startswith("vocals, 90 % - ")]) == 1
