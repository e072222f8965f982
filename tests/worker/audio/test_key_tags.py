"""Tags that are written into whole files: where there is no room for them, the file stays as it was."""

from pathlib import Path

import pytest
from tinytag import TinyTag

from jobs.models import Format
from jobs.results import FileTags
from tests.sounds import music
from worker.audio.id3 import append_id3
from worker.audio.mp4_boxes import write_key
from worker.audio.writing import open_track


def test_a_wav_at_the_limit_of_its_format_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.write(b"RIFF" + (0xFFFFFFF0).to_bytes(4, "little") + b"WAVE")
        file.truncate(0xFFFFFFF8)  # sparse
    append_id3(path, {"TKEY": "Am"})
    assert path.stat().st_size == 0xFFFFFFF8
    with path.open("rb") as file:
        assert file.read(8) == b"RIFF" + (0xFFFFFFF0).to_bytes(4, "little")


def test_an_mp4_without_room_for_a_key_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "song.m4a"
    with open_track(path, Format.M4A, FileTags(title="Blue", artist="Elis", key="Am")) as track:
        track.write(music(0.2))
    before = path.read_bytes()
    for content in (before, b"", b"\0\0\0\x08moov"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="MP4"):
            write_key(path, "Am")
        assert path.read_bytes() == content


@pytest.mark.parametrize("format_", [Format.WAV, Format.M4A])
@pytest.mark.parametrize(("bpm", "key"), [(0, "F#m"), (174, ""), (0, "")])
def test_one_of_tempo_and_key_may_be_unknown(tmp_path: Path, format_: Format, bpm: int, key: str) -> None:
    path = tmp_path / "song"
    with open_track(path, format_, FileTags(title="Água", artist="艾莉絲", bpm=bpm, key=key)) as track:
        track.write(music(0.2))
    found = TinyTag.get(path)
    assert (found.title, found.artist) == ("Água", "艾莉絲")
    assert found.other.get("initial_key", [""]) == [key]
    assert found.other.get("bpm", ["0"]) == [str(bpm)]
