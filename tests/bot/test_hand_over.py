"""From the store to a person's folder: whole files, and nothing of what a killed command left half copied."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.terminal.hand_over import hand_over
from jobs.models import Format, Rendition
from jobs.outcomes import Manifest, Rendered
from jobs.store import ResultStore
from tests.bot.planned import song, stems


@pytest.fixture
def rendered(store: ResultStore) -> Rendered:
    made = stems(Format.FLAC, 1, 1)
    for file in made.files:
        path = store.file_path(song().track_id, made.rendition, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.name.encode())
    return made


def dead() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_what_a_killed_command_left_half_copied_goes(store: ResultStore, rendered: Rendered, tmp_path: Path) -> None:
    place = tmp_path / song().tags.title
    place.mkdir()
    gone = dead()
    others = {f".fl-bt-{os.getppid()}.part", ".fl-bt-1.part", ".fl-bt-mine.part", f".{gone}.part", "notes.txt"}
    for name in (f".fl-bt-{gone}.part", *others):
        (place / name).touch()
    paths = hand_over(store, song(), rendered, tmp_path, set(), 0o022)
    assert [path.read_bytes() for path in paths] == [file.name.encode() for file in rendered.files]
    assert {path.name for path in place.iterdir()} - {path.name for path in paths} == others, (
        "of who lives, or not ours"
    )


def test_a_second_song_of_a_name_gets_a_number_and_an_earlier_runs_files_are_replaced(
    store: ResultStore, rendered: Rendered, tmp_path: Path
) -> None:
    taken: set[Path] = set()
    first = hand_over(store, song(), rendered, tmp_path, taken, 0o022)
    second = hand_over(store, song(), rendered, tmp_path, taken, 0o022)
    assert [path.parent.name for path in (first[0], second[0])] == ["Águas de Março", "Águas de Março 2"]
    first[0].write_bytes(b"of another run")
    assert hand_over(store, song(), rendered, tmp_path, set(), 0o022) == first
    assert first[0].read_bytes() == rendered.files[0].name.encode()


def test_what_is_gone_from_the_store_leaves_nothing_half_made(store: ResultStore, tmp_path: Path) -> None:
    made: Manifest = song()
    gone = Rendered(rendition=Rendition(kind="stems", format=Format.FLAC), files=made.stems)
    with pytest.raises(FileNotFoundError):
        hand_over(store, made, gone, tmp_path, set(), 0o022)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
