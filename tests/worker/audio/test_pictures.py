"""Covers are measured before anything decodes them: kinds, sizes, scans, chunks."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.models import Format
from jobs.results import Tags
from tests.covers import PNG, bits, encoded, expensive_covers, many_scans, picture, whole_covers
from tests.sounds import music
from worker.audio.jpeg import jpeg_size
from worker.audio.pictures import COVER_LIMIT, MOST_PIXELS, MOST_SCANS, picture_of
from worker.audio.reading import open_song
from worker.audio.writing import open_track
from worker.rendering.drawing import thumbnail

WHOLE = whole_covers()


@pytest.mark.parametrize("name", WHOLE)
def test_every_kind_of_cover_is_a_picture_and_becomes_small(name: str, tmp_path: Path) -> None:
    found = picture_of(WHOLE[name])
    assert found is not None
    assert found.is_cheap
    assert name.endswith(found.extension)
    cover = tmp_path / name
    cover.write_bytes(WHOLE[name])
    assert thumbnail(cover, tmp_path / "small.jpg")
    assert jpeg_size((tmp_path / "small.jpg").read_bytes()) is not None


@pytest.fixture(scope="module")
def expensive() -> dict[str, bytes]:
    return expensive_covers()


@pytest.mark.parametrize("name", ["scans.jpg", "scans-of-few-pixels.jpg", "pixels.png", "pixels.jpg"])
def test_an_expensive_cover_is_not_decoded_and_stays_unchanged(
    name: str, expensive: dict[str, bytes], tmp_path: Path
) -> None:
    cover = tmp_path / name
    cover.write_bytes(expensive[name])
    found = picture_of(expensive[name])
    assert found is not None
    assert not found.is_cheap
    assert not thumbnail(cover, tmp_path / "small.jpg")
    with open_track(tmp_path / "song.flac", Format.FLAC, Tags(title="Song"), cover) as track:
        track.write(music(0.2))
    with open_song(tmp_path / "song.flac") as song:
        assert song.cover == expensive[name]


@pytest.mark.parametrize("name", ["segments", "comments", "filling", "junk", "restart-markers", "two-sizes"])
def test_a_jpeg_whose_header_no_encoder_writes_is_no_picture(name: str, expensive: dict[str, bytes]) -> None:
    assert picture_of(expensive[f"{name}.jpg"]) is None


@pytest.mark.parametrize("name", ["chunks.png", "chunks-at-the-end.png"])
def test_a_png_of_countless_chunks_is_not_decoded(name: str, expensive: dict[str, bytes]) -> None:
    found = picture_of(expensive[name])
    assert found is not None
    assert not found.is_cheap


def test_covers_of_the_largest_size_are_decoded(tmp_path: Path) -> None:
    side = int(MOST_PIXELS**0.5)
    for content, is_cheap in ((bits(side), True), (bits(side + 1), False), (many_scans(side, 12), True)):
        found = picture_of(content)
        assert found is not None
        assert found.is_cheap is is_cheap
    (tmp_path / "cover").write_bytes(many_scans(side, 12))
    assert thumbnail(tmp_path / "cover", tmp_path / "small.jpg")


def test_scans_count_by_their_pixels() -> None:
    for side, scans, is_cheap in ((1600, MOST_SCANS, True), (1600, MOST_SCANS + 1, False), (1700, MOST_SCANS, False)):
        found = picture_of(many_scans(side, scans))
        assert found is not None
        assert found.is_cheap is is_cheap


def test_a_thumbnail_has_no_metadata_of_the_cover(tmp_path: Path) -> None:
    (tmp_path / "cover").write_bytes(encoded(picture(), "JPEG", comment=b"where it was taken"))
    assert thumbnail(tmp_path / "cover", tmp_path / "small.jpg")
    assert b"where it was" not in (tmp_path / "small.jpg").read_bytes()


def test_too_many_bytes_are_no_picture() -> None:
    assert picture_of(WHOLE["baseline.jpg"].ljust(COVER_LIMIT, b"\0")) is not None
    assert picture_of(WHOLE["baseline.jpg"].ljust(COVER_LIMIT + 1, b"\0")) is None


@given(st.sampled_from([b"\xff\xd8\xff", PNG, WHOLE["metadata.jpg"][:300], WHOLE["metadata.png"][:60]]), st.binary())
def test_any_bytes_are_a_picture_or_not(start: bytes, rest: bytes) -> None:
    found = picture_of(start + rest)
    assert found is None or found.content == start + rest
