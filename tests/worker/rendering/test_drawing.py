"""Waveforms keep their size, their time and their relative levels; covers become small."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageFont

from jobs.filenames import one_line
from jobs.models import Stem
from jobs.music.stems import STEM_INFO
from jobs.results import Tags
from tests.models import STEMS
from worker.rendering.drawing import (
    HEAD,
    PAPER,
    TEXT,
    THUMBNAIL,
    THUMBNAIL_BYTES,
    WIDTH,
    WINDOW,
    Waveforms,
    draw,
    drawable,
    shortened,
    thumbnail,
)

TAGS = Tags(title="Águas de Março", artist="Elis & Tom")


@given(st.lists(st.integers(0, 2000), max_size=8), st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_envelopes_do_not_depend_on_how_the_song_was_cut(cuts: list[int], seed: int) -> None:
    song = np.random.default_rng(seed).standard_normal((sum(cuts), 2)).astype(np.float32)
    waveforms = Waveforms((Stem.VOCALS,))
    for piece in np.split(song, np.cumsum(cuts)[:-1]):
        waveforms.add([piece])
    (envelope,) = waveforms.envelopes()
    loud = np.abs(song).max(axis=1) if len(song) else np.zeros(0)
    expected = [loud[start : start + WINDOW].max() for start in range(0, len(loud), WINDOW)]
    np.testing.assert_array_equal(envelope, np.array(expected, np.float32))


def picture(tmp_path: Path, *pieces: NDArray[np.float64], stems: tuple[Stem, ...]) -> NDArray[np.uint8]:
    waveforms = Waveforms(stems)
    if pieces:
        waveforms.add([piece.astype(np.float32) for piece in pieces])
    draw(waveforms, TAGS, tmp_path / "picture.png")
    return np.asarray(Image.open(tmp_path / "picture.png"))


def rows_of(image: NDArray[np.uint8], stem: Stem, columns: slice = slice(None)) -> int:
    """The number of pixels of a stem's colour in some columns."""
    return int((image[:, columns] == STEM_INFO[stem].colour).all(axis=2).sum())


def test_each_stem_has_its_row_to_the_same_scale(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, (44100 * 30, 2))
    half_time = noise.copy()
    half_time[: len(noise) // 2] = 0
    pieces = (noise, noise / 2, half_time, noise / 100)
    image = picture(tmp_path, *pieces, stems=STEMS[4])
    assert image.shape[1] == WIDTH
    vocals, drums, _, other = (rows_of(image, stem) for stem in STEMS[4])
    assert drums == pytest.approx(vocals / 2, rel=0.15)
    assert other < drums / 5
    left, right = (
        rows_of(image, Stem.BASS, part) for part in (slice(200, WIDTH // 2 - 50), slice(WIDTH // 2 + 50, None))
    )
    assert left < right / 10


FONT = ImageFont.truetype(
    str(files("ttf_opensans") / "ttf" / "OpenSans-Regular.ttf"), TEXT, layout_engine=ImageFont.Layout.BASIC
)


def test_text_is_large_enough_for_a_phone() -> None:
    """A bubble is 330 dp wide: the letters of a line, from accent to descender, are at least 11 dp high."""
    top, bottom = FONT.getbbox("Áq", anchor="ls")[1::2]
    assert (bottom - top) / (WIDTH / 330) >= 11


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Águas de Março", "Águas de Março"),
        ("Группа крови – Кино", "Группа крови – Кино"),
        ("Ελλάς", "Ελλάς"),
        ("日本 🎵 live", "RiBen live"),
        ("🎵", ""),
    ],
)
def test_letters_that_the_font_lacks_are_transliterated(text: str, drawn: str) -> None:
    assert drawable(text, FONT) == drawn


@given(st.text(max_size=400), st.integers(0, 1500))
@settings(max_examples=30, deadline=None)
def test_a_long_name_is_cut_where_it_would_leave_the_picture(text: str, room: int) -> None:
    text = drawable(one_line(text), FONT)
    short = shortened(text, FONT, room)
    assert short in (text, "…") or FONT.getlength(short) <= room


@given(st.text(max_size=400), st.text(max_size=50))
@settings(max_examples=20, deadline=None)
def test_any_title_can_be_drawn(tmp_path_factory: pytest.TempPathFactory, title: str, artist: str) -> None:
    waveforms = Waveforms((Stem.VOCALS,))
    path = tmp_path_factory.mktemp("pictures") / "picture.png"
    draw(waveforms, Tags(title=title, artist=artist), path)
    with Image.open(path) as image:
        assert (image.format, image.width) == ("PNG", WIDTH)


def test_the_name_and_the_length_are_in_the_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, (44100 * 3, 2))
    image = picture(tmp_path, noise, stems=(Stem.VOCALS,))
    head = (image[:HEAD] != PAPER).any(axis=2)
    assert head[:, : WIDTH // 2].any()
    assert head[:, -200:].any()


@pytest.mark.parametrize("samples", [0, 1, 441, 5_000])
def test_short_and_silent_songs_have_a_picture(tmp_path: Path, samples: int) -> None:
    image = picture(tmp_path, np.zeros((samples, 2)), np.zeros((samples, 2)), stems=STEMS[2])
    assert (image[-1, -1] == PAPER).all()


def test_every_stem_has_a_colour_of_its_own() -> None:
    assert set(STEM_INFO) == set(Stem)
    assert len({info.colour for info in STEM_INFO.values()}) == len(Stem)


@pytest.mark.parametrize(("size", "kind"), [((3000, 2000), "JPEG"), ((500, 900), "PNG"), ((90, 90), "JPEG")])
def test_covers_become_small(tmp_path: Path, size: tuple[int, int], kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "cover", kind)
    assert thumbnail(tmp_path / "cover", tmp_path / "small.jpg")
    assert (tmp_path / "small.jpg").stat().st_size <= THUMBNAIL_BYTES
    with Image.open(tmp_path / "small.jpg") as small:
        assert small.format == "JPEG"
        assert max(small.size) <= THUMBNAIL


def test_other_bytes_become_no_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "cover").write_bytes(b"\xff\xd8\xff no picture")
    assert not thumbnail(tmp_path / "cover", tmp_path / "small.jpg")
    assert not (tmp_path / "small.jpg").exists()
