"""Plans of messages at every limit of a platform."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import Action, Verb, parse_action
from bot.delivery.planning.decide import RETURNS
from bot.delivery.planning.plan import CLOUD, LOCAL, Kind, Limits, Plan, note_text, plan
from jobs.models import Encoding, Format, Mix, Model, Order, Package, Rendition, Stem
from jobs.results import Manifest, Rendered, StoredFile, Tags
from tests.bot.delivery.planning.plans import MB, WANT, archive, notes, shape, song, split, stems


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, [("stems-mp3", "audio", 1)]),
        (2, [("stems-mp3", "audio", 2)]),
        (10, [("stems-mp3", "audio", 10)]),
        (11, [("stems-mp3", "audio", 10), ("stems-mp3.2", "audio", 1)]),
    ],
)
def test_albums_have_two_to_ten(count: int, expected: list[tuple[str, str, int]]) -> None:
    made = plan(song(), [stems(Format.MP3, *[1] * count)], Order(), CLOUD)
    assert shape(made) == expected
    assert made.notes == ()


@pytest.mark.parametrize(
    ("format_", "kind"),
    [
        (Format.MP3, "audio"),
        (Format.M4A, "audio"),
        (Format.FLAC, "document"),
        (Format.WAV, "document"),
        (Format.WAV32, "document"),
    ],
)
def test_only_mp3_and_m4a_are_audio(format_: Format, kind: str) -> None:
    made = plan(song(), [stems(format_, 1, 1)], Order(format=format_), CLOUD)
    assert shape(made) == [(f"stems-{format_}", kind, 2)]


@pytest.mark.parametrize(("megabytes", "fits"), [(49.9, True), (50.0, True), (50.000001, False), (50.1, False)])
def test_a_file_at_the_clouds_border(megabytes: float, fits: bool) -> None:
    made = plan(song(1300), [stems(Format.MP3, megabytes, 1)], Order(), CLOUD)
    if fits:
        assert shape(made) == [("stems-mp3", "audio", 1 if megabytes > 49 else 2), ("stems-mp3.2", "audio", 1)]
        assert notes(made) == ["note-several-messages"]
    else:
        assert made.parts == ()
        assert made.needs == (Rendition(encoding=Encoding(format=Format.MP3, kbps=256)),)
    assert shape(plan(song(1300), [stems(Format.MP3, megabytes, 1)], Order(), LOCAL)) == [("stems-mp3", "audio", 2)]


@pytest.mark.parametrize(("megabytes", "fits"), [(1999.9, True), (2000.0, True), (2000.1, False)])
def test_a_file_at_the_border_of_a_server_of_ones_own(megabytes: float, fits: bool) -> None:
    made = plan(song(), [stems(Format.WAV, megabytes)], Order(format=Format.WAV), LOCAL)
    assert shape(made) == ([("stems-wav", "document", 1)] if fits else [])
    assert made.needs == (() if fits else (Rendition(encoding=Encoding(format=Format.FLAC)),))


@pytest.mark.parametrize(("megabytes", "messages"), [(24.9, 1), (25.0, 1), (25.1, 2)])
def test_an_album_travels_in_one_request(megabytes: float, messages: int) -> None:
    made = plan(song(), [stems(Format.FLAC, megabytes, megabytes)], Order(format=Format.FLAC), CLOUD)
    assert len(made.parts) == messages
    assert notes(made) == (["note-several-messages"] if messages == 2 else [])


def test_a_rendition_that_is_not_there_is_needed() -> None:
    both = Order(package=Package.BOTH)
    assert plan(song(), [], both, CLOUD) == Plan(needs=both.renditions)
    half = plan(song(), [stems(Format.MP3, 1, 1)], both, CLOUD)
    assert (shape(half), half.needs) == ([("stems-mp3", "audio", 2)], both.renditions[1:])


@pytest.mark.parametrize(("megabytes", "fits"), [(49.9, True), (50.0, True), (50.1, False)])
@pytest.mark.parametrize("package", [Package.ZIP, Package.BOTH])
def test_a_zip_at_the_border_or_its_files(megabytes: float, fits: bool, package: Package) -> None:
    made = plan(song(), [stems(Format.MP3, 9, 9), archive(Format.MP3, megabytes)], WANT[package], CLOUD)
    files, zipped = ("stems-mp3", "audio", 2), ("zip-mp3", "document", 1)
    if fits:
        assert shape(made) == ([files, zipped] if package is Package.BOTH else [zipped])
        assert made.notes == ()
    else:
        assert made.needs == (split(Format.MP3).rendition,)
        apart = [stems(Format.MP3, 9, 9), archive(Format.MP3, megabytes), split(Format.MP3, megabytes)]
        made = plan(song(), apart, WANT[package], CLOUD)
        assert shape(made) == [files]
        assert notes(made) == ["note-zip-apart"]


def test_a_large_zip_is_sent_in_parts_that_open_on_their_own() -> None:
    order = Order(format=Format.FLAC, package=Package.ZIP)
    assert plan(song(), [archive(Format.FLAC, 80)], order, CLOUD).needs == (split(Format.FLAC).rendition,)
    made = plan(song(), [archive(Format.FLAC, 80), split(Format.FLAC, 45, 35)], order, CLOUD)
    assert shape(made) == [("zip-flac-by50000000", "document", 1), ("zip-flac-by50000000.2", "document", 1)]
    assert notes(made) == ["note-zip-parts"]
    assert made.needs == (), "its files are not sent beside it"
    names = [piece.name for part in made.parts for piece in part.pieces]
    assert names == ["Elis - Águas de Março (2 stems, 1).zip", "Elis - Águas de Março (2 stems, 2).zip"]


def test_a_zip_whose_parts_are_too_large_needs_its_files() -> None:
    order = Order(format=Format.FLAC, package=Package.ZIP)
    made = plan(song(), [archive(Format.FLAC, 80), split(Format.FLAC, 60, 20)], order, CLOUD)
    assert made.needs == (Rendition(encoding=Encoding(format=Format.FLAC)),)
    assert notes(made) == ["note-zip-apart"]


def test_what_files_are_called() -> None:
    made = plan(song(), [stems(Format.MP3, 9, 9), archive(Format.MP3, 18)], Order(package=Package.BOTH), CLOUD)
    vocals, zipped = made.parts[0].pieces[0], made.parts[1].pieces[0]
    assert vocals.name == "vocals - Elis - Águas de Março.mp3"
    assert (vocals.title, vocals.performer, vocals.seconds) == ("vocals - Águas de Março", "Elis", 240)
    assert vocals.key == f"{'a' * 24}/{vocals.made}/stems-mp3/0.mp3"
    assert zipped.name == "Elis - Águas de Março (2 stems).zip"


@given(
    st.lists(st.integers(1, 3000), min_size=1, max_size=12),
    st.integers(1, 3000),
    st.builds(Order, format=st.sampled_from(Format), package=st.sampled_from(Package)),
    st.integers(1, 30000),
    st.sampled_from([CLOUD, LOCAL, Limits(file_bytes=100 * MB, request_bytes=100 * MB, album_max=1)]),
)
def test_no_plan_breaks_a_limit(sizes: list[int], zip_size: int, order: Order, seconds: int, limits: Limits) -> None:
    have = [stems(order.format, *sizes), archive(order.format, zip_size)]
    for _ in range(RETURNS):  # each round renders what the last plan needed
        made = plan(song(seconds), have, order, limits)
        assert plan(song(seconds), [*reversed(have)], order, limits) == made
        if not made.needs:
            break
        have += [
            split(need.encoding.format, zip_size // 2, zip_size / 3).model_copy(update={"rendition": need})
            if need.package
            else stems(need.encoding.format, *sizes, kbps=need.encoding.kbps)
            for need in made.needs
        ]
    assert made.needs == ()
    assert made.parts or made.smallest > limits.file_bytes
    assert len({part.id for part in made.parts}) == len(made.parts)
    for part in made.parts:
        assert 1 <= len(part.pieces) <= limits.album_max
        assert part.bytes_ <= limits.request_bytes
        assert all(piece.stored.bytes_ <= limits.file_bytes for piece in part.pieces)
        assert part.kind is (Kind.AUDIO if part.pieces[0].stored.name.endswith(("mp3", "m4a")) else Kind.DOCUMENT)
        button = Action(verb=Verb.RESEND, target="0" * 16, choice=part.id)
        assert parse_action(button.text) == button
        assert len(button.text.encode()) <= 64


# --- files ---------------------------------------------------------------------------------------------------


def test_stored_plans_with_a_message_for_the_picture_are_read_without_it() -> None:
    made = plan(song(), [stems(Format.MP3, 9, 9)], Order(), CLOUD)
    stored = made.model_dump(mode="json")
    piece = stored["parts"][0]["pieces"][0] | {"rendition": None, "stored": {"name": "picture.png", "bytes_": 60_000}}
    stored["parts"].insert(0, {"id": "picture", "kind": "photo", "pieces": [piece]})
    assert Plan.model_validate_json(json.dumps(stored)) == made


def test_the_same_song_made_otherwise_is_another_file() -> None:
    rendered = stems(Format.MP3, 9, 9)

    def keys(manifest: Manifest, kbps: int) -> set[str]:
        made = plan(manifest, [rendered.model_copy(update={"kbps": kbps})], Order(), CLOUD)
        return {piece.key for part in made.parts for piece in part.pieces}

    songs = [song().model_copy(update={"engine": f"openvino {version}"}) for version in ("1.0", "1.1")]
    assert len(set.union(*(keys(one, kbps) for one in songs for kbps in (128, 320)))) == 2 * 4
    assert keys(songs[0], 320) == keys(songs[0], 320)


# --- mixes -----------------------------------------------------------------------------------------------------

NO_DRUMS = (Stem.VOCALS, Stem.BASS, Stem.OTHER)


def mixed(format_: Format, size: float, kbps: int = 0, mix: tuple[Stem, ...] = NO_DRUMS) -> Rendered:
    file = StoredFile(name=f"mix.{format_}", bytes_=int(size * MB))
    return Rendered(
        rendition=Rendition(content=Mix(stems=mix), encoding=Encoding(format=format_, kbps=kbps)), files=(file,)
    )


@pytest.mark.parametrize(
    ("mix", "title"),
    [
        (NO_DRUMS, "no drums - Águas de Março"),
        ((Stem.VOCALS, Stem.BASS), "vocals + bass - Águas de Março"),
        ((Stem.DRUMS,), "drums - Águas de Março"),
    ],
)
def test_a_mix_is_one_audio_message_with_its_name(mix: tuple[Stem, ...], title: str) -> None:
    order = Order(model=Model(name="spleeter-4"), mix=mix, package=Package.BOTH)
    assert plan(song(stems=4), [], order, CLOUD).needs == order.renditions
    made = plan(song(stems=4), [mixed(Format.MP3, 10, mix=mix)], order, CLOUD)
    ((piece,),) = (part.pieces for part in made.parts)
    assert made.parts[0].kind is Kind.AUDIO
    assert (piece.title, piece.name) == (title, f"{title.partition(' - ')[0]} - Elis - Águas de Março.mp3")


@pytest.mark.parametrize(("size", "fits"), [(49.9, True), (50.0, True), (50.1, False)])
def test_a_mix_that_does_not_fit_gets_smaller(size: float, fits: bool) -> None:
    order = Order(model=Model(name="spleeter-4"), mix=NO_DRUMS, format=Format.WAV)
    made = plan(song(stems=4), [mixed(Format.WAV, size)], order, CLOUD)
    if fits:
        assert shape(made) == [("mix-vocals+bass+other-wav", "document", 1)]
    else:
        assert made.needs == (mixed(Format.FLAC, 1).rendition,)
        made = plan(song(stems=4), [mixed(Format.WAV, size), mixed(Format.FLAC, 30)], order, CLOUD)
        assert shape(made) == [("mix-vocals+bass+other-flac", "document", 1)]
        assert notes(made) == ["note-compressed"]


QUIETER = song().model_copy(update={"gain": 0.4834})


def turned_down(manifest: Manifest, order: Order, *rendered: Rendered, language: str = "en") -> list[str]:
    return [note_text(note, language) for note in plan(manifest, rendered, order, CLOUD).notes]


def test_a_lowered_level_is_noted_once() -> None:
    said = "Turned down (−6.3 dB) so that nothing clips · WAV 32-bit float keeps the level"
    assert turned_down(QUIETER, Order(), stems(Format.MP3, 1, 1)) == [said]
    zipped, both = (Order(format=Format.FLAC, package=each) for each in (Package.ZIP, Package.BOTH))
    assert turned_down(QUIETER, zipped, archive(Format.FLAC, 1)) == [said]
    assert turned_down(QUIETER, both, stems(Format.FLAC, 1, 1), archive(Format.FLAC, 1)) == [said]
    assert turned_down(QUIETER, Order(), stems(Format.MP3, 1, 1), language="pt") == [
        "Volume reduzido (−6,3 dB) para nada clipar · WAV 32-bit float mantém o nível"
    ]


def test_an_unchanged_level_has_no_note() -> None:
    assert turned_down(song(), Order(), stems(Format.MP3, 1, 1)) == []
    assert turned_down(song().model_copy(update={"gain": 0.9943}), Order(), stems(Format.MP3, 1, 1)) == []
    assert turned_down(QUIETER, Order(format=Format.WAV32), stems(Format.WAV32, 1, 1)) == []


def test_a_mix_is_said_to_be_turned_down_by_all_that_was_done_to_it() -> None:
    order = Order(model=Model(name="spleeter-4"), mix=NO_DRUMS)
    made = mixed(Format.MP3, 1).model_copy(update={"gain": 0.5})
    assert "(−6.0 dB)" in turned_down(song(stems=4), order, made)[0]
    assert "(−12.3 dB)" in turned_down(QUIETER, order, made)[0]


def test_32_bit_float_that_does_not_fit_is_turned_down_and_both_are_said() -> None:
    made = plan(QUIETER, [stems(Format.WAV32, 51), stems(Format.WAV, 38)], Order(format=Format.WAV32), CLOUD)
    assert notes(made) == ["note-compressed", "note-turned-down"]
    assert note_text(made.notes[0], "en").startswith("As WAV instead of WAV 32-bit float, since")


@given(st.text(max_size=200), st.text(max_size=200), st.sampled_from(list(Format)))
def test_files_of_one_message_never_share_a_name_wherever_they_are_saved(
    title: str, artist: str, format_: Format
) -> None:
    """Long titles are cut; some disks ignore case, some the composition of letters."""
    manifest = song(stems=5).model_copy(update={"tags": Tags(title=title, artist=artist)})
    made = plan(
        manifest,
        [stems(format_, 1, 1, 1, 1, 1), archive(format_, 3)],
        Order(model=Model(name="spleeter-5"), format=format_, package=Package.BOTH),
        LOCAL,
    )
    names = [piece.name for part in made.parts for piece in part.pieces]
    assert len(names) == 6
    assert len({unicodedata.normalize("NFKD", name).casefold() for name in names}) == 6
    assert all(len(name.encode()) <= 140 for name in names)
