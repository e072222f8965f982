"""Tempo and key in the tags of files and in zips, where a song was analysed."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tinytag import TinyTag

from jobs.filenames import ABOUT, ANALYSIS
from jobs.models import Effect, Format, Stem
from jobs.music.analysis import Analysis, Chord, Key
from tests.sounds import listen
from tests.worker.rendering.tasks import Make, make_task, mix, quiet, stems, zipped
from worker.audio.flac_comments import copy_with_comments
from worker.audio.reading import open_song
from worker.rendering.render import render

__all__ = ["make_task"]

FOUND = Analysis(
    made_by="test", bpm=123.6, key=Key(tonic=10, minor=True), chords=(Chord(start=0, end=2, root=10, quality="min"),)
)


def tags(path: Path) -> dict[str, str]:
    """Tempo and key among the tags of a file, as another program reads them."""
    return {name: values[0] for name, values in TinyTag.get(path).other.items() if name in {"bpm", "initial_key"}}


@pytest.mark.parametrize("format_", list(Format))
def test_a_mix_has_tempo_and_key(format_: Format, make_task: Make) -> None:
    wanted = mix(format_, Stem.BASS, Stem.OTHER)
    task = make_task(wanted)
    heard = []
    for analysis, there in ((None, {}), (FOUND, {"bpm": "124", "initial_key": "Bbm"})):
        ((file,),) = render(task.model_copy(update={"analysis": analysis}), quiet).files
        path = task.output / wanted.key / file.name
        assert tags(path) == there
        assert (TinyTag.get(path).title or "").endswith("../Ünder pressure?")
        with open_song(path) as song:
            assert not song.cut_short
        heard.append(listen(path))
    assert np.array_equal(heard[0], heard[1])


def test_a_stem_that_is_copied_has_tempo_and_key(make_task: Make) -> None:
    """The sound of the copy is byte for byte that of the stored stem, and the stored stem stays as it was."""
    wanted = stems(Format.FLAC)
    task = make_task(wanted).model_copy(update={"analysis": FOUND})
    stored = {file.stem: (task.stems_dir / file.name).read_bytes() for file in task.stems}
    (files,) = render(task, quiet).files
    for file in files:
        assert file.stem is not None
        path, before = task.output / wanted.key / file.name, stored[file.stem]
        assert tags(path) == ({"bpm": "124"} if file.stem is Stem.DRUMS else {"bpm": "124", "initial_key": "Bbm"})
        assert path.read_bytes()[-len(before) // 2 :] == before[-len(before) // 2 :]
        assert (task.stems_dir / f"{file.stem}.flac").read_bytes() == before
        assert np.array_equal(listen(path), listen(task.stems_dir / f"{file.stem}.flac"))
        with open_song(path) as song, open_song(task.stems_dir / f"{file.stem}.flac") as original:
            assert (song.title, song.artist, song.cover) == (original.title, original.artist, original.cover)


def test_a_stored_stem_that_is_no_flac_leaves_no_copy(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"RIFF", b"fLaC", b"fLaC\x80\0\0\x04abcdsound")):
        source = tmp_path / f"{number}.flac"
        source.write_bytes(content)
        with pytest.raises(ValueError, match="FLAC"):
            copy_with_comments(source, tmp_path / "copy.flac", {"BPM": "124"})
        assert {path.name for path in tmp_path.iterdir()} == {f"{at}.flac" for at in range(number + 1)}


def test_a_treated_mix_has_the_tempo_and_the_key_that_are_heard(make_task: Make) -> None:
    wanted = mix(Format.MP3, Stem.BASS, Stem.OTHER).model_copy(update={"effect": Effect(tempo=80, key=-2)})
    task = make_task(wanted).model_copy(update={"analysis": FOUND})
    ((file,),) = render(task, quiet).files
    found = tags(task.output / wanted.key / file.name)
    assert found == {"bpm": "99", "initial_key": "G#m"}


def test_drums_have_no_key(make_task: Make) -> None:
    wanted = zipped(Format.MP3)
    task = make_task(wanted).model_copy(update={"analysis": FOUND})
    render(task, quiet)
    with zipfile.ZipFile(task.output / wanted.key / "stems.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".mp3"):
                (task.output / "one.mp3").write_bytes(archive.read(name))
                assert tags(task.output / "one.mp3").get("initial_key") == (None if name.startswith("drums") else "Bbm")


def test_a_zip_holds_the_analysis(make_task: Make) -> None:
    wanted = zipped(Format.FLAC)
    task = make_task(wanted)
    for analysis in (None, FOUND):
        render(task.model_copy(update={"analysis": analysis}), quiet)
        with zipfile.ZipFile(task.output / wanted.key / "stems.zip") as archive:
            assert archive.namelist()[-1] == ABOUT
            assert (ANALYSIS in archive.namelist()) is (analysis is not None)
            if analysis:
                told = json.loads(archive.read(ANALYSIS))
                assert (told["bpm"], told["key"]) == (123.6, "A#:minor")
                assert told["chords"] == [[0, 2, "A#:min"]]
