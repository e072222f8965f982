"""Zips: their files and names, what they tell, and how they are split."""

import json
import zipfile
from pathlib import Path

import pytest

from jobs.filenames import ABOUT
from jobs.models import Archive, Format
from tests.models import STEMS
from tests.worker.rendering.tasks import SONGS, Make, make_task, quiet, stems, zipped
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
        assert archive.namelist() == [*named, ABOUT]
        for entry, file in zip(archive.infolist(), files, strict=False):
            assert entry.compress_type == zipfile.ZIP_STORED
            # Encoded once: the zip holds the very files.
            assert archive.read(entry) == (task.output / stems(format_).key / file.name).read_bytes()
    assert sorted(path.name for path in task.output.iterdir()) == sorted([stems(format_).key, zipped(format_).key])


def test_a_zip_is_split_at_file_borders_into_archives_that_open_on_their_own(make_task: Make) -> None:
    whole = zipped(Format.FLAC)
    ((single,),) = render(make_task(whole), quiet).files
    limit = single.bytes_ // 2 + 100_000
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
            assert [file["name"] for file in json.loads(archive.read(about))["files"]] == stems_here
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
