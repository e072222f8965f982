"""From the store to a person's folder: whole files, each song in its own place, and nothing else touched."""

import json
import os
import subprocess
import sys
import unicodedata
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.terminal.options import Options
from bot.terminal.output import places
from bot.terminal.output.hand_over import hand_over
from bot.terminal.output.naming import parse_name
from bot.terminal.output.notes import FOLDER
from bot.terminal.output.places import MARK
from jobs.filenames import ABOUT
from jobs.models import Archive, Deck, Encoding, Format, Model, Order, Package, Rendition, Session, Upload, track_id
from jobs.results import Manifest, Rendered, StoredFile, Tags
from jobs.store.folder import FolderStore
from tests.bot.delivery.planning.plans import song

UMASK = 0o022


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "stems"
    folder.mkdir()
    return folder


def separated(content: str, title: str, artist: str = "", count: int = 2) -> Manifest:
    """A song, told by its content, as separated into so many stems."""
    source, model = Upload(upload_id=content), Model.model_validate({"stems": count})
    about = {"source": source, "model": model, "track_id": track_id(source, model)}
    return song(stems=count).model_copy(update={**about, "tags": Tags(title=title, artist=artist)})


def made(store: FolderStore, manifest: Manifest, format_: Format = Format.FLAC) -> Rendered:
    """Its stems in the store, each saying whose it is."""
    names = [f"{file.stem}.{format_.extension}" for file in manifest.stems]
    rendition = Rendition(encoding=Encoding(format=format_))
    for name in names:
        path = store.folder(manifest.track_id) / rendition.key / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{manifest.track_id} {name}")
    return Rendered(rendition=rendition, files=tuple(StoredFile(name=name, bytes_=1) for name in names))


def zipped(store: FolderStore, manifest: Manifest, format_: Format = Format.FLAC) -> Rendered:
    """A zip of it in the store, as the worker makes them."""
    rendition = Rendition(encoding=Encoding(format=format_), package=Archive())
    folder = store.folder(manifest.track_id) / rendition.key
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "stems.zip", "w") as archive:
        archive.writestr(ABOUT, json.dumps({"track": manifest.track_id, "format": format_.label, "title": "x"}))
    return Rendered(rendition=rendition, files=(StoredFile(name="stems.zip", bytes_=1),))


def seen(output: Path) -> set[str]:
    """What a person sees in the output folder."""
    return {path.name for path in output.iterdir() if not path.name.startswith(".")}


def handed(store: FolderStore, manifest: Manifest, rendered: Rendered, output: Path, umask: int = UMASK) -> list[Path]:
    rendition = rendered.rendition
    package = Package.ZIP if rendition.package else Package.ALBUM
    order = Order(model=manifest.model, format=rendition.encoding.format, package=package)
    options = Options(order=order, output=output, umask=umask)
    return [one.path for one in hand_over(store.folder(manifest.track_id, rendition), manifest, rendered, options)]


def give(store: FolderStore, manifest: Manifest, output: Path, format_: Format = Format.FLAC) -> str:
    """Hand its stems over. Returns the name of their folder, in which they are whole."""
    paths = handed(store, manifest, made(store, manifest, format_), output)
    assert [path.read_text() for path in paths] == [f"{manifest.track_id} {path.name}" for path in paths]
    (folder,) = {path.parent for path in paths}
    assert folder.parent == output
    return folder.name


def test_artist_and_title_name_the_folder(store: FolderStore, output: Path) -> None:
    assert give(store, separated("one", "Intro", "Wings"), output) == "Wings - Intro"
    assert give(store, separated("two", "Intro", "Muse"), output) == "Muse - Intro"
    assert give(store, separated("three", "AC/DC: con", ""), output) == "AC_DC_ con"
    assert give(store, separated("four", "con", ""), output) == "_con"
    assert sorted(path.name for path in (output / "Muse - Intro").iterdir()) == [
        MARK, "accompaniment.flac", "vocals.flac",
    ]  # fmt: skip


def test_another_song_of_the_same_name_gets_a_number_and_every_song_keeps_its_folder(
    store: FolderStore, output: Path
) -> None:
    """One command after the other, in any order, as often as one likes."""
    one, two, three = (separated(content, "Intro") for content in ("one", "two", "three"))
    for _ in range(2):
        assert [give(store, each, output) for each in (one, two, three)] == ["Intro", "Intro 2", "Intro 3"]
    for manifest, name in ((one, "Intro"), (two, "Intro 2"), (three, "Intro 3")):
        assert (output / name / "vocals.flac").read_text() == f"{manifest.track_id} vocals.flac"


def test_the_same_song_again_refreshes_its_folder_and_adds_other_formats(store: FolderStore, output: Path) -> None:
    one = separated("one", "Intro")
    give(store, one, output)
    (output / "Intro" / "vocals.flac").write_text("damaged")
    (output / "Intro" / "my notes.txt").write_text("capo 2")
    assert give(store, one, output) == give(store, one, output, Format.MP3) == "Intro"
    assert {path.name for path in (output / "Intro").iterdir()} == {
        MARK, "my notes.txt", *(f"{stem}.{each}" for stem in ("vocals", "accompaniment") for each in ("flac", "mp3")),
    }  # fmt: skip


def test_float_wavs_stand_beside_those_of_24_bits(store: FolderStore, output: Path) -> None:
    """A session that holds `vocals.wav` goes on with the same file, at the same level."""
    one = separated("one", "Intro")
    assert give(store, one, output, Format.WAV) == "Intro"
    floats = made(store, one, Format.WAV32)
    for file in floats.files:
        (store.folder(one.track_id) / floats.rendition.key / file.name).write_text(f"floats of {file.name}")
    for _ in range(2):
        paths = handed(store, one, floats, output)
    assert {path.name: path.read_text() for path in paths} == {
        "vocals (float).wav": "floats of vocals.wav",
        "accompaniment (float).wav": "floats of accompaniment.wav",
    }
    assert (output / "Intro" / "vocals.wav").read_text() == f"{one.track_id} vocals.wav"
    assert len(list((output / "Intro").iterdir())) == 5


def test_another_separation_of_a_song_does_not_replace_stems_of_the_first(store: FolderStore, output: Path) -> None:
    two, four = separated("one", "Intro"), separated("one", "Intro", count=4)
    for _ in range(2):
        assert (give(store, two, output), give(store, four, output)) == ("Intro", "Intro (4 stems)")


def test_files_of_people_in_the_output_folder_stay(store: FolderStore, output: Path) -> None:
    (output / "Intro").mkdir()
    (output / "Intro" / "vocals.flac").write_text("my own recording")
    (output / "Intro 2").mkdir()
    (output / "Intro 3").write_text("a file")
    (output / "Intro 4").symlink_to(output / "nowhere")
    (output / "Intro 5").mkdir()
    (output / "Intro 5" / MARK).write_text("{ no JSON")
    assert give(store, separated("one", "Intro"), output) == "Intro 6"
    assert (output / "Intro" / "vocals.flac").read_text() == "my own recording"
    assert [path.name for path in (output / "Intro").iterdir()] == ["vocals.flac"]
    assert list((output / "Intro 2").iterdir()) == []


def test_a_name_in_any_unicode_form_is_one_folder(store: FolderStore, output: Path) -> None:
    for title in ("Café", unicodedata.normalize("NFD", "Café")):
        name = give(store, separated("one", title, "Zoé"), output)
        assert name == unicodedata.normalize("NFC", "Zoé - Café")
    assert seen(output) == {name}


def test_where_case_is_not_told_apart_another_song_gets_a_number(
    store: FolderStore, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on macOS and Windows disks: there, `INTRO` is the folder `Intro`."""
    assert give(store, separated("one", "Intro"), output) == "Intro"
    (output / "INTRO").symlink_to(output / "Intro")
    assert give(store, separated("two", "INTRO"), output) == "INTRO 2"
    assert (output / "Intro" / "vocals.flac").read_text() != (output / "INTRO 2" / "vocals.flac").read_text()


def test_long_names_leave_room_for_a_number(store: FolderStore, output: Path) -> None:
    names = [give(store, separated(content, "é" * 300, "Ü" * 300), output) for content in ("one", "two")]
    assert names[1] == f"{names[0]} 2"
    assert all(len(name.encode()) < 200 for name in names)


def test_two_songs_at_once_get_a_folder_each_and_one_song_twice_a_single_one(store: FolderStore, output: Path) -> None:
    songs = [separated(f"song-{number % 4}", "Intro") for number in range(16)]
    for each in songs:
        made(store, each)
    staged = []
    for number, each in enumerate(songs):
        folder = output / f".staged-{number}"
        folder.mkdir()
        (folder / "vocals.flac").write_text(each.track_id)
        staged.append(folder)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(places.place_folder, staged, songs, [output] * 16))
    assert {path.name for path in found} == {"Intro", "Intro 2", "Intro 3", "Intro 4"}
    for each, path in zip(songs, found, strict=True):
        assert (path / "vocals.flac").read_text() == each.track_id


def test_zips_keep_apart_what_folders_do(store: FolderStore, output: Path) -> None:
    one, two = separated("one", "Intro", "Wings"), separated("two", "Intro", "Wings")
    (output / "Wings - Intro.zip").write_text("somebody's own, and no zip")

    def given(manifest: Manifest, format_: Format = Format.FLAC) -> str:
        rendered = zipped(store, manifest, format_)
        (path,) = handed(store, manifest, rendered, output)
        assert (
            path.read_bytes()
            == (store.folder(manifest.track_id, rendered.rendition) / rendered.files[0].name).read_bytes()
        )
        return path.name

    for _ in range(2):
        assert given(one) == "Wings - Intro 2.zip"
        assert given(two) == "Wings - Intro 3.zip"
        assert given(one, Format.MP3) == "Wings - Intro 4.zip"
    assert len(seen(output)) == 4


def test_the_zip_of_another_separation_is_named_as_its_folder(store: FolderStore, output: Path) -> None:
    two, four = separated("one", "Intro"), separated("one", "Intro", count=4)
    for _ in range(2):
        for manifest, name in ((two, "Intro"), (four, "Intro (4 stems)")):
            assert give(store, manifest, output) == name
            assert [path.name for path in handed(store, manifest, zipped(store, manifest), output)] == [f"{name}.zip"]


def test_a_session_is_not_the_zip_of_its_stems_and_files_for_a_dj_tell_key_and_tempo(
    store: FolderStore, output: Path
) -> None:
    manifest = separated("1", "Love", "Ana").model_copy(update={"model": Model(name="spleeter-4")})
    handed(store, manifest, zipped(store, manifest), output)
    deck = (Deck(), ["acapella.flac", "deck.mp4"], "8A 124")
    for content, names, label in ((Session(), ["stems.zip"], "Am 124 BPM"), deck):
        (rendition,) = Order(content=content, model=manifest.model, format=Format.FLAC).renditions
        folder = store.folder(manifest.track_id) / rendition.key
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(label)
        files = tuple(StoredFile(name=name, bytes_=1) for name in names)
        rendered = Rendered(rendition=rendition, files=files, label=label)
        order = Order(content=content, model=manifest.model, format=Format.FLAC)
        hand_over(folder, manifest, rendered, Options(order=order, output=output, umask=UMASK))
    named = Options(order=order, output=output.with_name("named"), umask=UMASK, template=parse_name("{stem} x", "en"))
    assert hand_over(folder, manifest, rendered, named)[-1].path.name == "Ana - Love (stems) 8A 124 x.stem.mp4"
    assert seen(output) == {"Ana - Love.zip", "Ana - Love (DAW, Am 124 BPM).zip", "Ana - Love"}
    assert (output / "Ana - Love" / "Ana - Love (acapella) 8A 124.flac").read_text() == "8A 124"
    assert (output / "Ana - Love" / "Ana - Love (stems) 8A 124.stem.mp4").is_file()


def test_a_disk_without_links_gets_its_zip_too(
    store: FolderStore, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as exFAT says

    monkeypatch.setattr(Path, "hardlink_to", refused)
    for content, name in (("one", "Intro.zip"), ("two", "Intro 2.zip")):
        manifest = separated(content, "Intro")
        assert [path.name for path in handed(store, manifest, zipped(store, manifest), output)] == [name]


def dead() -> int:
    """The id of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_what_a_killed_command_left_half_copied_goes(store: FolderStore, output: Path) -> None:
    gone = dead()
    others = {f".fl-bt-{os.getppid()}-0123abcd.part", ".fl-bt-1-0123abcd.part", ".fl-bt-mine.part", f".{gone}.part"}
    for name in (f".fl-bt-{gone}-0123abcd.part", *others):
        (output / name).mkdir()
        (output / name / "vocals.flac").touch()
    name = give(store, separated("one", "Intro"), output)
    assert {path.name for path in output.iterdir()} == {name, FOLDER, *others}, "of who lives, or not ours"


def test_a_missing_stored_file_leaves_no_partial_output(store: FolderStore, output: Path) -> None:
    manifest = separated("one", "Intro")
    gone = Rendered(rendition=Rendition(encoding=Encoding(format=Format.FLAC)), files=manifest.stems)
    before = set(output.iterdir())
    with pytest.raises(FileNotFoundError):
        handed(store, manifest, gone, output)
    assert set(output.iterdir()) == before


def test_files_are_as_open_as_the_persons_own(store: FolderStore, output: Path) -> None:
    manifest = separated("one", "Intro")
    (path, *_) = handed(store, manifest, made(store, manifest), output, 0o027)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o640, 0o750)
