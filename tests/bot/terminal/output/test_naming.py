"""Templates of `--name`: safe paths from any title, and sentences for templates that are wrong."""

import shutil
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.terminal.options import Clash, Options
from bot.terminal.output.hand_over import hand_over
from bot.terminal.output.naming import EXAMPLE, FIELDS, LONGEST, TemplateError, parse_name
from bot.terminal.output.notes import there_already
from bot.terminal.output.places import in_marked_folder
from jobs.models import Format, Mix, Order, Rendition, Stem
from jobs.results import Manifest, Rendered
from jobs.store.folder import FolderStore
from tests.bot.terminal.output.test_hand_over import made, separated

NONE = dict.fromkeys(FIELDS, "")


def path(text: str, values: dict[str, str], number: int = 1) -> str:
    return str(parse_name(text, "en").path(NONE | values, number))


def test_fields_become_a_path() -> None:
    song = {"artist": "Elis & Tom", "title": "Águas de Março", "stem": "vocals", "format": "mp3"}
    assert path(EXAMPLE, song) == "Elis & Tom - Águas de Março/vocals"
    assert path("{format}/{artist}/{title} ({stem})", song) == "mp3/Elis & Tom/Águas de Março (vocals)"
    assert path("{{{stem}}}", song) == "{vocals}"


def test_an_empty_field_goes_with_its_separators() -> None:
    song = {"title": "Intro", "stem": "vocals"}
    assert path(EXAMPLE, song) == "Intro/vocals"
    assert path("{title} - {artist}/{stem}", song) == "Intro/vocals"
    assert path("{stem} - {artist} - {title}", song) == "vocals - Intro"
    assert path("{title} ({artist})/{stem}", song) == "Intro/vocals"
    assert path("{artist}/{stem}", song) == "Untitled/vocals"


def test_a_number_belongs_to_the_title() -> None:
    song = {"artist": "Muse", "title": "Intro", "stem": "bass"}
    assert path("{title}/{stem}", song, 2) == "Intro 2/bass"
    assert path("{title} ({stem})", song, 3) == "Intro 3 (bass)"
    assert path("{artist}/{stem}", song, 2) == "Muse/bass 2"


@given(st.text(), st.text(), st.integers(1, 99), st.sampled_from([EXAMPLE, "{title}{artist}{stem}", "a/{file}/{stem}"]))
def test_every_component_is_safe_and_keeps_the_stem(artist: str, title: str, number: int, template: str) -> None:
    values = NONE | {"artist": artist, "title": title * 50, "file": title, "stem": "accompaniment"}
    name = parse_name(template, "en").path(values, number)
    assert not name.is_absolute()
    assert len(name.parts) == template.count("/") + 1
    assert all(part not in (".", "..") and len(part.encode()) <= LONGEST for part in name.parts)
    assert "accompaniment" in name.name
    assert PurePosixPath("out", name).parts[0] == "out"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{album}/{stem}", "the field {album}"),
        ("{}", "the field {}"),
        ("{title!r}", "the field {title!r}"),
        ("{title:9}", "the field {title:9}"),
        ("{title.x}", "the field {title.x}"),
        ("{title", "a brace"),
        ("title}", "a brace"),
        ("/etc/{stem}", "inside of the output folder"),
        ("../{stem}", "inside of the output folder"),
        ("{stem}/", "inside of the output folder"),
        ("a\\{stem}", "inside of the output folder"),
    ],
)
def test_a_wrong_template_gets_a_sentence(template: str, says: str) -> None:
    with pytest.raises(TemplateError, match="--name") as wrong:
        parse_name(template, "en")
    assert says in str(wrong.value)


# --- on the disk ----------------------------------------------------------------------------------------------------


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "stems"


def options(output: Path, text: str, clash: Clash = Clash.NUMBER) -> Options:
    template = parse_name(text, "en") if text else None
    return Options(order=Order(format=Format.FLAC), output=output, umask=0o022, template=template, clash=clash)


def handed(store: FolderStore, manifest: Manifest, rendered: Rendered, wish: Options) -> list[str]:
    files = hand_over(store.folder(manifest.track_id, rendered.rendition), manifest, rendered, wish, "song")
    return [str(one.path.relative_to(wish.output)) for one in files]


def test_another_song_gets_a_number_and_the_same_one_keeps_its_name(store: FolderStore, output: Path) -> None:
    wish = options(output, "{artist}/{title} {stem}")
    one, two = separated("one", "Intro", "Muse"), separated("two", "Intro", "Muse")
    for _ in range(2):
        assert handed(store, one, made(store, one), wish) == ["Muse/Intro vocals.flac", "Muse/Intro accompaniment.flac"]
        assert handed(store, two, made(store, two), wish) == [
            "Muse/Intro 2 vocals.flac", "Muse/Intro 2 accompaniment.flac",
        ]  # fmt: skip
    (output / "Muse" / "Intro vocals.flac").write_text("damaged")
    handed(store, one, made(store, one), wish)
    assert (output / "Muse" / "Intro vocals.flac").read_text() == f"{one.track_id} vocals.flac"
    assert len(list((output / "Muse").iterdir())) == 4


def test_one_name_that_is_taken_moves_all_files_of_the_song(store: FolderStore, output: Path) -> None:
    (output / "Intro").mkdir(parents=True)
    (output / "Intro" / "accompaniment.flac").write_text("my own recording")
    one = separated("one", "Intro")
    wish = options(output, "{title}/{stem}")
    assert handed(store, one, made(store, one), wish) == ["Intro 2/vocals.flac", "Intro 2/accompaniment.flac"]
    assert [path.name for path in (output / "Intro").iterdir()] == ["accompaniment.flac"]


@pytest.mark.parametrize("template", ["", "{title}/{stem}"])
def test_overwrite_replaces_what_has_the_name(store: FolderStore, output: Path, template: str) -> None:
    (output / "Intro").mkdir(parents=True)
    (output / "Intro" / "vocals.flac").write_text("my own recording")
    (output / "Intro" / "notes.txt").write_text("capo 2")
    one = separated("one", "Intro")
    places = handed(store, one, made(store, one), options(output, template, Clash.OVERWRITE))
    assert places == ["Intro/vocals.flac", "Intro/accompaniment.flac"]
    assert (output / "Intro" / "vocals.flac").read_text() == f"{one.track_id} vocals.flac"
    assert (output / "Intro" / "notes.txt").read_text() == "capo 2"


@pytest.mark.parametrize("template", ["", "{title}/{stem}"])
def test_overwrite_spares_the_other_songs_of_the_same_run(store: FolderStore, output: Path, template: str) -> None:
    one, two = separated("one", "Intro"), separated("two", "Intro")
    wish = options(output, template, Clash.OVERWRITE)
    first = hand_over(store.folder(one.track_id, made(store, one).rendition), one, made(store, one), wish)
    keep = [one.path for one in first]
    second = hand_over(store.folder(two.track_id, made(store, two).rendition), two, made(store, two), wish, "", keep)
    assert [each.path.parent.name for each in (*first, *second)] == ["Intro", "Intro", "Intro 2", "Intro 2"]
    assert (output / "Intro" / "vocals.flac").read_text() == f"{one.track_id} vocals.flac"


def test_what_is_there_is_known_until_a_file_goes(store: FolderStore, output: Path) -> None:
    one = separated("one", "Intro")
    rendered, wish = made(store, one), options(output, "")
    handed(store, one, rendered, wish)

    def there(text: str = "", rendition: Rendition = rendered.rendition) -> list[Path]:
        return there_already(output, one.track_id, rendition, text, ["vocals", "accompaniment"])

    assert there() == [output / "Intro" / "vocals.flac", output / "Intro" / "accompaniment.flac"]
    assert there("{title} {stem}") == [], "it has other names there"
    assert there(rendition=rendered.rendition.encoded(Format.MP3)) == []
    (output / "Intro" / "vocals.flac").unlink()
    assert there() == []
    for note in (output / ".fl-bt").iterdir():
        note.write_text("{ no JSON")
    assert there() == []


@pytest.mark.parametrize("format_", [Format.FLAC, Format.WAV32])
def test_results_of_the_first_version_are_known_by_their_mark(
    store: FolderStore, output: Path, format_: Format
) -> None:
    one = separated("one", "Intro")
    rendered = made(store, one, format_)
    wish = Options(order=Order(format=format_), output=output, umask=0o022)
    places = [each.path for each in hand_over(store.folder(one.track_id, rendered.rendition), one, rendered, wish)]
    shutil.rmtree(output / ".fl-bt")
    names = ["vocals", "accompaniment"]
    assert in_marked_folder(output, one.track_id, rendered.rendition, names) == places
    assert in_marked_folder(output, one.track_id, rendered.rendition.encoded(Format.MP3), names) == []
    assert in_marked_folder(output, separated("two", "Intro").track_id, rendered.rendition, names) == []
    places[0].unlink()
    assert in_marked_folder(output, one.track_id, rendered.rendition, names) == []
    assert in_marked_folder(output / "none", one.track_id, rendered.rendition, names) == []


def test_only_some_stems_and_mixes_are_named_by_what_is_heard(store: FolderStore, output: Path) -> None:
    one = separated("one", "Intro")
    alone = Options(order=Order(format=Format.FLAC), output=output, umask=0o022, only=(Stem.VOCALS,))
    assert handed(store, one, made(store, one), alone) == ["Intro/vocals.flac"]
    order = Order(format=Format.FLAC, content=Mix(stems=(Stem.ACCOMPANIMENT,)))
    mixed = Options(order=order, output=output, umask=0o022)
    (rendition,) = mixed.renditions
    folder = store.folder(one.track_id) / rendition.key
    folder.mkdir(parents=True)
    (folder / "mix.flac").write_text("mixed")
    rendered = made(store, one).model_copy(update={"rendition": rendition})
    files = rendered.files[:1]
    rendered = rendered.model_copy(update={"files": (files[0].model_copy(update={"name": "mix.flac"}),)})
    assert handed(store, one, rendered, mixed) == ["Intro/no vocals.flac"]
