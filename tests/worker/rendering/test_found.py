"""Tempo and key in the tags of files and in zips, where a song was analysed."""

import json
import zipfile
from pathlib import Path

import av
import pytest

from jobs.filenames import ABOUT, ANALYSIS
from jobs.models import Effect, Format, Stem
from jobs.music.analysis import Analysis, Chord, Key
from tests.worker.rendering.tasks import Make, make_task, mix, quiet, zipped
from worker.rendering.render import render

__all__ = ["make_task"]

FOUND = Analysis(
    made_by="test", bpm=123.6, key=Key(tonic=10, minor=True), chords=(Chord(start=0, end=2, root=10, quality="min"),)
)


def tags(path: Path) -> dict[str, str]:
    """The tags of a file. FFmpeg writes MP4's tempo, but does not read it."""
    content = path.read_bytes()
    if (at := content.find(b"tmpo\0\0\0\x12data")) > 0:
        return {"TMPO": str(int.from_bytes(content[at + 20 : at + 22]))}
    with av.open(str(path)) as container:
        return {name.upper(): value for name, value in {**container.metadata, **container.streams[0].metadata}.items()}


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        (Format.MP3, {"TBPM": "124", "TKEY": "Bbm"}),
        (Format.FLAC, {"BPM": "124", "INITIALKEY": "Bbm"}),
        (Format.M4A, {"TMPO": "124"}),
        (Format.WAV, {}),
    ],
)
def test_a_mix_has_tempo_and_key(format_: Format, expected: dict[str, str], make_task: Make) -> None:
    wanted = mix(format_, Stem.BASS, Stem.OTHER)
    task = make_task(wanted)
    for analysis, there in ((None, {}), (FOUND, expected)):
        ((file,),) = render(task.model_copy(update={"analysis": analysis}), quiet).files
        names = {"TBPM", "TKEY", "BPM", "INITIALKEY", "TMPO"}
        found = tags(task.output / wanted.key / file.name)
        assert {name: value for name, value in found.items() if name in names} == there


def test_a_treated_mix_has_the_tempo_and_the_key_that_are_heard(make_task: Make) -> None:
    wanted = mix(Format.MP3, Stem.BASS, Stem.OTHER).model_copy(update={"effect": Effect(tempo=80, key=-2)})
    task = make_task(wanted).model_copy(update={"analysis": FOUND})
    ((file,),) = render(task, quiet).files
    found = tags(task.output / wanted.key / file.name)
    assert (found["TBPM"], found["TKEY"]) == ("99", "G#m")


def test_drums_have_no_key(make_task: Make) -> None:
    wanted = zipped(Format.MP3)
    task = make_task(wanted).model_copy(update={"analysis": FOUND})
    render(task, quiet)
    with zipfile.ZipFile(task.output / wanted.key / "stems.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".mp3"):
                (task.output / "one.mp3").write_bytes(archive.read(name))
                assert tags(task.output / "one.mp3").get("TKEY") == (None if name.startswith("drums") else "Bbm")


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
