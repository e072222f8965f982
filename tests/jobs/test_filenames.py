"""File names for people, valid on every disk and in every archive."""

import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobs.filenames import file_name, file_tags, one_line, safe_name, track_name
from jobs.models import Mix, Stem
from jobs.results import FileTags, Tags
from tests.models import STEMS

DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789\u00b9\u00b2\u00b3"
}

anything = st.text(st.characters(exclude_categories=()), max_size=300)  # lone surrogates too


@given(anything, st.integers(8, 200))
@example("../" * 100 + "🎸" * 200, 120)
@example("e\0\u0301" * 100, 33)
@example("👩‍🚀" * 30, 50)
@example("CON", 120)
@example(".", 120)
@example("a\u202egpj.exe", 120)
@example("com1.txt", 8)
@example(" . . ", 120)
@example("\u200d\u200d", 120)
def test_any_text_becomes_a_safe_name(text: str, limit: int) -> None:
    name = safe_name(text, limit)
    assert name
    assert len(name.encode()) <= limit  # raises if it cannot be encoded
    assert unicodedata.is_normalized("NFC", name)
    assert not set(name) & set('/\\:*?"<>|')
    assert name == name.strip()
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert all(unicodedata.category(char)[0] != "C" or char in "\u200c\u200d" for char in name)
    assert PurePosixPath("folder", name).parent == PurePosixPath("folder")
    assert PureWindowsPath("folder", name).parts == ("folder", name)
    assert name.partition(".")[0].rstrip().upper() not in DEVICES


@given(anything)
def test_a_safe_name_stays_as_it_is(text: str) -> None:
    name = safe_name(text)
    assert safe_name(name) == name


@given(anything)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Für Elise", "Für Elise"),
        ("Fu\u0308r Elise", "Für Elise"),
        ("AC/DC: Back in Black?", "AC_DC_ Back in Black_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("  .hidden", "hidden"),
        ("song...", "song"),
        ("line\nbreak\ttab", "line break tab"),
        ("aux.mp3", "_aux.mp3"),
        ("Console", "Console"),
        ("\u202eevil\u202c", "evil"),
        ("", "Untitled"),
        ("\0", "Untitled"),
        ("愛してる", "愛してる"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
    ],
)
def test_names_stay_readable(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_a_name_is_not_cut_within_a_character() -> None:
    assert safe_name("ü" * 10, 9) == "üüüü"
    assert safe_name("q\u0303" * 10, 8) == "q\u0303q\u0303"
    assert safe_name("👍🏽👩‍🚀", 16) in ("👍🏽👩", "👍🏽")


def test_a_name_of_the_longest_kind_can_be_made(tmp_path: Path) -> None:
    path = tmp_path / f"{track_name(Tags(title='🎸../' * 300, artist='Ä' * 300), 'accompaniment')}.flac"
    path.touch()
    assert list(tmp_path.iterdir()) == [path]


def test_track_names() -> None:
    song = Tags(title="Creep", artist="Radiohead")
    assert track_name(song) == "Radiohead - Creep"
    assert track_name(song, "4 stems") == "Radiohead - Creep (4 stems)"
    assert file_name(song, "vocals") == "vocals - Radiohead - Creep"
    assert file_name(Tags(title="Creep"), "no drums") == "no drums - Creep"
    assert track_name(Tags(title="")) == "Untitled"


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(Stem))
def test_stems_of_one_track_never_share_a_name(title: str, artist: str, stem: Stem) -> None:
    names = {file_name(Tags(title=title, artist=artist), other) for other in Stem}
    assert len(names) == len(Stem)
    assert all(len(name.encode()) <= 120 for name in names)
    assert file_name(Tags(title=title, artist=artist), stem).startswith(f"{stem} - ")
    assert len({name[:25] for name in names}) == len(Stem)


def test_stem_and_mix_titles() -> None:
    assert file_tags(Tags(title="Creep", artist="Radiohead"), Stem.BASS, 3, 4) == FileTags(
        title="bass - Creep", artist="Radiohead", album="Creep", number=3, of=4
    )
    four = STEMS[4]
    assert Mix(stems=(Stem.VOCALS, Stem.BASS, Stem.OTHER)).files(four)[0].heard == "no drums"
    assert Mix(stems=(Stem.BASS, Stem.VOCALS)).files(four)[0].heard == "vocals + bass"
    assert Mix(stems=(Stem.ACCOMPANIMENT,)).files(STEMS[2])[0].heard == "no vocals"
    assert Mix(stems=(Stem.VOCALS,)).files(STEMS[2])[0].heard == "vocals"
    assert Mix(stems=STEMS[2]).files(STEMS[2])[0].heard == "song"
