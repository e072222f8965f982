"""Zips: their files and names, what they tell, and how they are split."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from jobs.filenames import ABOUT
from jobs.models import Archive, Effect, Format
from jobs.music.analysis import Analysis
from tests.models import STEMS
from tests.worker.rendering.tasks import SONGS, Make, make_task, quiet, stems, zipped
from worker.rendering.pages import PAGE, rate_beside
from worker.rendering.player.page import page_bytes
from worker.rendering.render import render

__all__ = ["make_task"]


@pytest.mark.parametrize("format_", [Format.FLAC, Format.MP3])
def test_a_zip_holds_named_files_and_no_paths(format_: Format, make_task: Make) -> None:
    task = make_task(zipped(format_), stems(format_))
    (packed,), files = render(task, quiet).files
    path = task.output / zipped(format_).key / packed.name
    assert (packed.name, packed.bytes_, packed.stem) == ("stems.zip", path.stat().st_size, None)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        named = [f"{stem} - Queen_Bowie - .._Ünder pressure_.{format_}" for stem in STEMS[4]]
        assert archive.namelist() == [*named, PAGE, ABOUT]
        assert archive.getinfo(PAGE).compress_type == zipfile.ZIP_DEFLATED
        for entry, file in zip(archive.infolist(), files, strict=False):
            assert entry.compress_type == zipfile.ZIP_STORED
            # Encoded once: the zip holds the very files.
            assert archive.read(entry) == (task.output / stems(format_).key / file.name).read_bytes()
    assert sorted(path.name for path in task.output.iterdir()) == sorted([stems(format_).key, zipped(format_).key])


def test_a_zip_is_split_at_file_borders_into_archives_that_open_on_their_own(make_task: Make) -> None:
    whole = zipped(Format.FLAC)
    ((single,),) = render(make_task(whole), quiet).files
    limit = single.bytes_ // 2 + 200_000
    split = whole.model_copy(update={"package": Archive(part_bytes=limit)})
    task = make_task(whole, split)
    _, parts = render(task, quiet).files
    assert [part.name for part in parts] == ["stems-1.zip", "stems-2.zip"]
    assert all(part.bytes_ <= limit for part in parts)
    names = []
    for part in parts:
        with zipfile.ZipFile(task.output / split.key / part.name) as archive:
            assert archive.testzip() is None
            *stems_here, about = archive.namelist()
            sounds = [name for name in stems_here if name != PAGE]
            assert [file["name"] for file in json.loads(archive.read(about))["files"]] == sounds
            names += stems_here
    with zipfile.ZipFile(task.output / whole.key / "stems.zip") as archive:
        assert archive.namelist() == [*names, ABOUT]


def test_a_file_larger_than_a_part_has_an_archive_of_its_own(make_task: Make) -> None:
    task = make_task(zipped(Format.WAV).model_copy(update={"package": Archive(part_bytes=1)}))
    (parts,) = render(task, quiet).files
    assert len(parts) == len(SONGS)


def test_equal_stems_make_equal_zips(make_task: Make, tmp_path: Path) -> None:
    task = make_task(zipped(Format.MP3))
    render(task, quiet)
    render(task.model_copy(update={"output": tmp_path / "again", "threads": 1}), quiet)
    first, second = (folder / "zip-mp3" / "stems.zip" for folder in (task.output, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()
    assert [path.name for path in task.output.iterdir()] == ["zip-mp3"]  # files encoded only for the zip are removed


@pytest.mark.parametrize(("format_", "gain"), [(Format.FLAC, 0.5), (Format.WAV32, 1.0)])
def test_a_zip_tells_what_is_in_it(format_: Format, gain: float, make_task: Make) -> None:
    task = make_task(zipped(format_), gain=0.5)
    ((packed,),) = render(task, quiet).files
    with zipfile.ZipFile(task.output / zipped(format_).key / packed.name) as archive:
        about = json.loads(archive.read("stems.json"))
        assert about == {
            "title": "../Ünder pressure?",
            "artist": "Queen/Bowie",
            "format": format_.label,
            "sample_rate": 44100,
            "files": [
                {
                    "name": f"{stem} - Queen_Bowie - .._Ünder pressure_.{format_.extension}",
                    "stem": stem,
                    "gain": gain,
                    "gain_db": 0.0 if gain == 1 else -6.021,
                }
                for stem in STEMS[4]
            ],
            "made_by": "FL-BT",
            "track": task.track_id,
        }
        assert {file["name"] for file in about["files"]} < set(archive.namelist())


def test_the_page_in_a_zip_plays_the_stems_it_is_with(make_task: Make) -> None:
    slower = zipped(Format.FLAC).model_copy(update={"effect": Effect(tempo=80, key=-2)})
    analysis = Analysis(made_by="test", bpm=100, beats=(0.6, 1.2))
    task = make_task(slower).model_copy(update={"analysis": analysis})
    ((packed,),) = render(task, quiet).files
    with zipfile.ZipFile(task.output / slower.key / packed.name) as archive:
        page = archive.read(PAGE).decode()
        entry = archive.getinfo(PAGE)
    song = json.loads(re.findall(r'id="song">(.*?)</script>', page)[0])
    assert [stem["name"] for stem in song["stems"]] == list(STEMS[4])
    assert (song["samples"], song["tempo"], song["key"], song["analysis"]["bpm"]) == (2 * 44100 + 1, 80, -2, 100)
    assert entry.compress_size < 0.78 * entry.file_size
    assert PAGE not in {path.name for path in (task.output / slower.key).iterdir()}


MB = 1_000_000


@pytest.mark.parametrize(
    ("seconds", "sizes", "part_bytes", "kbps"),
    [
        (240, [9.6] * 2, 0, 128),
        (240, [9.6] * 3, 0, 128),  # 29 of 50 MB
        (240, [9.6] * 4, 0, 64),  # 38 MB: the page may have 11
        (290, [11.6] * 4, 0, 128),  # 46 MB: no rate fits, and the zip is larger than chats accept anyway
        (240, [44] * 4, 0, 128),
        (30, [1.2] * 4, 0, 128),
        (60, [2.1] * 4, 0, 128),  # 8.4 MB: a page in 10 MB would be poor, and 50 MB have room
        (45, [1.8] * 4, 0, 96),  # 7.2 MB, kept below 10
        (240, [44] * 4, 50, 128),
        (500, [44] * 4, 10, 32),
        (1200, [44] * 4, 10, None),
    ],
)
def test_a_page_keeps_a_zip_within_what_chats_accept(
    seconds: float, sizes: list[float], part_bytes: float, kbps: int | None
) -> None:
    chosen = rate_beside(4, seconds, [round(size * MB) for size in sizes], round(part_bytes * MB))
    assert chosen == kbps
    if kbps is not None and part_bytes:
        assert 0.78 * page_bytes(4, seconds, kbps) < part_bytes * MB
