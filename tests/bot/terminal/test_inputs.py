"""Inputs are checked before anything starts: each is a song, or gets a sentence in the terminal's own words."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.terminal.inputs import LONGEST_LIST, NotAListError, Refused, Song, gather, read_list, why_unwritable
from bot.terminal.output.places import MARK
from bot.terminal.words import failure_sentence
from bot.texts import LANGUAGES
from jobs.failures import Failure, Reason
from jobs.models import YouTube


def gathered(
    *typed: str | Path, recursive: bool = False, output: Path = Path("stems")
) -> tuple[list[Song], list[Refused]]:
    return gather([str(word) for word in typed], recursive=recursive, output=output, language="en")


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder of songs, with other things beside them."""
    folder = tmp_path / "music"
    for name in (
        "b.mp3", "A/2.FLAC", "A/1.wav", "cover.jpg", ".hidden.mp3", ".cache/x.mp3", "stems/b/vocals.flac", "old/v.wav",
        f"old/{MARK}",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"la")
    return folder


def test_links_and_files_are_songs_each_once(music: Path) -> None:
    link, song = "https://youtu.be/jNQXAC9IVRw?si=x", music / "b.mp3"
    songs, refused = gathered(link, song, "https://www.youtube.com/watch?v=jNQXAC9IVRw", song.as_uri(), song)
    assert refused == []
    assert [one.source for one in songs] == [YouTube(video_id="jNQXAC9IVRw"), song]
    assert [one.name for one in songs] == [link, "b"]


def test_a_folder_gives_its_songs_in_order_without_results(music: Path) -> None:
    songs, refused = gathered(music, recursive=True, output=music / "stems")
    assert refused == []
    assert [str(one.source)[len(str(music)) + 1 :] for one in songs] == ["b.mp3", "A/1.wav", "A/2.FLAC"]


def test_inputs_without_a_song_say_why_in_the_terminals_words(music: Path, tmp_path: Path) -> None:
    (music / "empty.mp3").touch()
    (music / "none").mkdir()
    (music / "loop.mp3").symlink_to(music / "loop.mp3")
    os.mkfifo(music / "pipe.mp3")
    wrong = {
        str(music / "missing.mp3"): ("missing", "no file of this name"),
        (music / "missing.mp3").as_uri(): ("missing", "no file of this name"),
        "a" * 10_000: ("unreadable", "File name too long"),
        str(music / "b.mp3" / "c.mp3"): ("missing", "no file of this name"),
        str(music): ("folder", "Add --recursive"),
        str(music / "pipe.mp3"): ("no_file", "neither a file nor a folder"),
        str(music / "empty.mp3"): ("empty", "empty"),
        str(music / "loop.mp3"): ("unreadable", "symbolic links"),
        "https://youtu.be/": ("bad_link", "no song behind this link"),
        "https://vimeo.com/1": ("not_youtube", "Only links to YouTube"),
        "https://www.youtube.com/playlist?list=PLabcdefghijklmnop": ("playlist", "a whole playlist"),
    }
    songs, refused = gathered(*wrong)
    assert songs == []
    assert [(one.word, one.reason) for one in refused] == [(word, reason) for word, (reason, _) in wrong.items()]
    for one in refused:
        assert wrong[one.word][1] in one.sentence
        assert "Send" not in one.sentence
    assert [one.reason for one in gathered(music / "none", recursive=True)[1]] == ["no_songs"]


def test_a_file_that_may_not_be_read_is_told_before_anything_starts(
    music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *_: object) -> None:  # the system's error for users other than root
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "open", denied)
    (one,) = gathered(music / "b.mp3")[1]
    assert (one.reason, one.sentence) == (
        "unreadable", "I can’t read this file: Permission denied. Check its name, and who may read it.",
    )  # fmt: skip


def test_a_place_for_results_is_checked_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert why_unwritable(tmp_path / "new" / "stems") == ""
    assert why_unwritable(tmp_path / "file" / "stems") == "Not a directory"
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)  # root may write everywhere
    assert why_unwritable(tmp_path / "stems") == "Permission denied"


def test_a_list_is_a_name_or_link_on_each_line() -> None:
    assert read_list(io.BytesIO(b"a b.mp3\r\n\n  https://youtu.be/x \n#1.mp3")) == [
        "a b.mp3", "https://youtu.be/x", "#1.mp3",
    ]  # fmt: skip
    assert os.fsencode(read_list(io.BytesIO(b"caf\xe9.mp3\n"))[0]) == b"caf\xe9.mp3"
    for data in (b"RIFF\x24\0\0\0WAVE", b"x" * (LONGEST_LIST + 1)):
        with pytest.raises(NotAListError):
            read_list(io.BytesIO(data))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_failure_asks_to_send_anything(language: str) -> None:
    values: dict[str, float | str] = {
        "seconds": 4000,
        "limit_seconds": 1800,
        "bytes": 3e9,
        "limit_bytes": 2e9,
        "stems": 4,
        "model": "htdemucs_6s",
    }
    never_here = {Reason.OVER_QUOTA, Reason.UNSENDABLE, Reason.MISSING_RIGHT}  # of chats
    for reason in set(Reason) - never_here:
        for failure in (Failure(reason=reason, values=values), Failure(reason=reason)):
            said = failure_sentence(failure, language)
            assert "{" not in said
            if reason is Reason.MODEL_MISSING and failure.values:
                assert "HTDemucs (6 " in said
                assert said.endswith("uv run fl-bt models fetch htdemucs_6s")
            assert reason is not Reason.MODEL_UNAVAILABLE or "fl-bt models add" in said
            for word in ("Send", "send me", "Mande", "mande", "/settings", "owner"):
                assert word not in said, (reason, said)


def test_checks_do_not_wait_for_the_queues_client() -> None:
    loaded = "import sys, bot.terminal; print(*{'redis', 'arq'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout == "\n"
