"""Plans of what is made of a song besides stems and mixes: charts, MIDI, sessions, files for a DJ."""

import pytest

from bot.delivery.planning.plan import CLOUD, LOCAL, Plan, plan
from jobs.models import Chart, Click, Deck, Effect, Format, Notes, Order, Rendition, Session
from jobs.music.passages import Passage
from jobs.results import Rendered, StoredFile
from tests.bot.delivery.planning.plans import MB, notes, song


def rendered(rendition: Rendition, **sizes: float) -> Rendered:
    """A rendition with files of so many MB, by their names with `_` for the dot."""
    files = tuple(StoredFile(name=name.replace("_", "."), bytes_=int(size * MB)) for name, size in sizes.items())
    return Rendered(rendition=rendition, files=files, label="8A 124")


def names(made: Plan) -> list[str]:
    return [piece.name for part in made.parts for piece in part.pieces]


def kinds(made: Plan) -> list[str]:
    return [part.kind.value for part in made.parts]


@pytest.mark.parametrize("format_", list(Format))
def test_a_chart_is_made_once_for_all_formats_and_sent_as_files(format_: Format) -> None:
    order = Order(content=Chart(), effect=Effect(key=-2), format=format_)
    (need,) = plan(song(), (), order, CLOUD).needs
    assert need == Order(content=Chart(), effect=Effect(key=-2)).files
    made = plan(song(), [rendered(need, chart_png=0.1, chords_cho=0.01)], order, CLOUD)
    assert kinds(made) == ["document"]
    assert names(made) == [f"chords, −2 - Elis - Águas de Março.{extension}" for extension in ("png", "cho")]


def test_notes_are_a_document() -> None:
    order = Order(content=Notes())
    made = plan(song(), [rendered(order.files, notes_mid=0.01)], order, CLOUD)
    assert (kinds(made), names(made)) == (["document"], ["bass and voice - Elis - Águas de Março.mid"])


def test_files_for_a_dj_are_named_with_key_and_tempo() -> None:
    order = Order(content=Deck())
    made = plan(song(), [rendered(order.files, acapella_mp3=9, instrumental_mp3=9)], order, CLOUD)
    assert kinds(made) == ["audio"]
    assert names(made) == [
        "Elis - Águas de Março (acapella) 8A 124.mp3",
        "Elis - Águas de Março (instrumental) 8A 124.mp3",
    ]
    assert [piece.title for piece in made.parts[0].pieces] == [
        "Águas de Março (acapella)",
        "Águas de Março (instrumental)",
    ]


def test_a_stem_file_is_a_document_and_left_out_where_it_does_not_fit() -> None:
    order = Order(content=Deck())
    here = rendered(order.files, acapella_mp3=9, instrumental_mp3=9)
    for megabytes, planned, said in ((40, ["audio", "document"], []), (60, ["audio"], ["note-no-stem-file"])):
        stem_file = StoredFile(name="deck.mp4", bytes_=megabytes * 1_000_000)
        made = plan(song(), [here.model_copy(update={"files": (*here.files, stem_file)})], order, CLOUD)
        assert (kinds(made), notes(made)) == (planned, said)
        if not said:
            assert names(made)[-1].endswith(" 8A 124.stem.mp4")


@pytest.mark.parametrize(
    ("ordered", "seconds", "made", "is_split"),
    [
        (Format.MP3, 60, Format.WAV, False),  # lossy is nothing for a DAW
        (Format.WAV32, 30, Format.WAV32, False),
        (Format.FLAC, 30, Format.FLAC, True),  # two stems of 30 MB are stored
        (Format.MP3, 150, Format.WAV, True),  # 40 MB for each stem
        (Format.WAV32, 150, Format.WAV, True),
        (Format.MP3, 240, Format.FLAC, True),  # 63 MB for each stem
    ],
)
def test_a_session_is_the_closest_zip_that_fits(ordered: Format, seconds: float, made: Format, is_split: bool) -> None:
    order = Order(content=Session(), format=ordered)
    (need,) = plan(song(seconds), (), order, CLOUD).needs
    assert need.encoding.format is made
    assert need.package is not None
    assert bool(need.package.part_bytes) == is_split
    parts = {"stems-1_zip": 45.0, "stems-2_zip": 30.0} if is_split else {"stems_zip": 40.0}
    planned = plan(song(seconds), [rendered(need, **parts)], order, CLOUD)
    assert planned.needs == ()
    assert names(planned)[0] == f"Elis - Águas de Março (DAW, 8A 124{', 1' if is_split else ''}).zip"
    wished = order.files.encoding.format
    assert ("note-compressed" in notes(planned)) == (made is not wished)


def test_a_session_fits_a_server_of_ones_own_as_it_is() -> None:
    (need,) = plan(song(240), (), Order(content=Session(), format=Format.WAV32), LOCAL).needs
    assert (need.encoding.format, need.package and need.package.part_bytes) == (Format.WAV32, 0)


def test_an_hours_session_cannot_be_sent() -> None:
    made = plan(song(3600, kept=300 * MB), (), Order(content=Session()), CLOUD)
    assert (made.parts, made.needs) == ((), ())
    assert made.smallest > CLOUD.file_bytes


def test_a_loop_of_unknown_length_is_tried_as_it_was_ordered() -> None:
    passage = Passage(start=5, end=8, unit="bars", times=32)
    order = Order(content=Click(), effect=Effect(passage=passage), format=Format.WAV)
    (need,) = plan(song(), (), order, CLOUD).needs
    assert need == order.files
    large = Rendered(rendition=need, files=(StoredFile(name="click.wav", bytes_=200 * MB),), seconds=900)
    (smaller,) = plan(song(), [large], order, CLOUD).needs
    assert smaller.encoding.format is not Format.WAV
    small = Rendered(rendition=need, files=(StoredFile(name="click.wav", bytes_=20 * MB),), seconds=100)
    assert plan(song(), [small], order, CLOUD).parts[0].pieces[0].seconds == 100
