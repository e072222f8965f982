"""Cards: their text at each step, and their buttons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards.actions import parse_action
from bot.cards.cards import (
    CELLS,
    Button,
    bar,
    card,
    settings_card,
    status_line,
)
from bot.cards.headings import heading, tidy
from jobs.failures import Failure, Reason, failed
from jobs.models import Chart, Format, Model, Order, Package, Preferences, Request, Stem, Upload, YouTube
from jobs.progress import Progress, RequestPhase, TrackStage, View
from jobs.results import Called, Manifest, StoredFile, Tags

RID = "0123456789abcdef"
VIDEO = YouTube(video_id="dQw4w9WgXcQ")
FILE = Upload(upload_id="u1", name="take 3.wav", title="Song", performer="Ana", seconds=61)


def view(phase: RequestPhase = RequestPhase.WAITING, source: YouTube | Upload = VIDEO, **more: object) -> View:
    order = more.pop("order", Order())
    request = Request(
        id=RID, platform="telegram", chat="telegram:1", asker="telegram:1", source=source, order=order, created_at=1000
    )
    return View.model_validate({"request": request, "phase": phase, **more})


KNOWN = {"title": "Aquarela", "artist": "Toquinho", "seconds": 254.0}

NO_DRUMS = Order(model=Model(name="spleeter-4"), mix=(Stem.VOCALS, Stem.BASS, Stem.OTHER))

TABLE = [
    (view(RequestPhase.RECEIVING, FILE), "Ana - Song (1:01)\nTaking in your file…"),
    (view(), "YouTube video youtu.be/dQw4w9WgXcQ\nIn line"),
    (view(ahead=0), "YouTube video youtu.be/dQw4w9WgXcQ\nNext in line"),
    (view(ahead=0, starts=True), "YouTube video youtu.be/dQw4w9WgXcQ\nStarting…"),
    (view(ahead=1, wait=98, starts=True), "YouTube video youtu.be/dQw4w9WgXcQ\nStarting…"),
    (
        view(ahead=2, progress=Progress(seconds_left=98)),
        "YouTube video youtu.be/dQw4w9WgXcQ\nIn line, 2 songs ahead · about 1 min 40 s",
    ),
    (
        view(ahead=1, called=Called(title="Aquarela", artist="Toquinho", seconds=254)),
        "Toquinho - Aquarela (4:14)\nIn line, one song ahead",
    ),
    (view(ahead=0, called=Called(title="Aquarela")), "Aquarela\nNext in line"),
    (view(ahead=0, called=Called(title="", seconds=61)), "YouTube video youtu.be/dQw4w9WgXcQ (1:01)\nNext in line"),
    (
        view(progress=Progress(stage=TrackStage.FETCHING, **KNOWN), called=Called(title="By the page", seconds=61)),
        "Toquinho - Aquarela (4:14)\nDownloading",
    ),
    (view(ahead=2, wait=98), "YouTube video youtu.be/dQw4w9WgXcQ\nIn line, 2 songs ahead · about 1 min 40 s"),
    (
        view(progress=Progress(stage=TrackStage.RENDERING, fraction=0.5, **KNOWN), order=NO_DRUMS),
        "Toquinho - Aquarela · no drums (4:14)\nMixing\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 %",
    ),
    (
        view(progress=Progress(stage=TrackStage.RENDERING, **KNOWN), order=Order(content=Chart())),
        "Toquinho - Aquarela · chords (4:14)\nMaking the files",
    ),
    (
        view(progress=Progress(stage=TrackStage.FETCHING, fraction=0.5, **KNOWN)),
        "Toquinho - Aquarela (4:14)\nDownloading\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 %",
    ),
    (view(source=FILE, progress=Progress(stage=TrackStage.FETCHING)), "Ana - Song (1:01)\nReading your file"),
    (
        view(progress=Progress(stage=TrackStage.SEPARATING, fraction=0.999, seconds_left=31, note="model", **KNOWN)),
        "Toquinho - Aquarela (4:14)\nSeparating voice and band\n▰▰▰▰▰▰▰▰▰▰▰▱ 99 % · about 30 s left\n"
        "First time with this many stems: fetching what I need for it.",
    ),
    (
        view(progress=Progress(stage=TrackStage.SEPARATING, fraction=0.5, note="model", bytes_=145_960_000, **KNOWN)),
        "Toquinho - Aquarela (4:14)\nSeparating voice and band\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 %\n"
        "First time with this many stems: fetching 146 MB that I need for it.",
    ),
    (
        view(progress=Progress(stage=TrackStage.RENDERING, seconds_left=8), order=Order(format=Format.FLAC)),
        "YouTube video youtu.be/dQw4w9WgXcQ · FLAC\nMaking the FLAC files\nabout 10 s left",
    ),
    (view(RequestPhase.READY), "YouTube video youtu.be/dQw4w9WgXcQ\nReady, about to send"),
    (view(RequestPhase.SENDING), "YouTube video youtu.be/dQw4w9WgXcQ\nSending"),
    (view(RequestPhase.DONE, closed_at=1072.4), "YouTube video youtu.be/dQw4w9WgXcQ\nDone in 1 min 12 s"),
    (view(RequestPhase.DONE), "YouTube video youtu.be/dQw4w9WgXcQ\nDone"),
    (view(RequestPhase.CANCELLED), "YouTube video youtu.be/dQw4w9WgXcQ\nCancelled"),
    (
        view(RequestPhase.FAILED, failure=failed(Reason.TOO_LONG, seconds=4000, limit_seconds=1800).failure),
        "YouTube video youtu.be/dQw4w9WgXcQ\n"
        "This is 1 h 06 min long, and I take songs up to 30:00. Send me a shorter piece.",
    ),
]


@pytest.mark.parametrize(("seen", "text"), TABLE)
def test_what_a_person_reads(seen: View, text: str) -> None:
    assert card(seen, "en").text == text


def test_the_same_in_portuguese() -> None:
    seen = view(ahead=1, progress=Progress(seconds_left=98))
    assert card(seen, "pt").text == "Vídeo do YouTube youtu.be/dQw4w9WgXcQ\nNa fila, uma música na frente · " + (
        "cerca de 1 min 40 s"
    )


def test_a_link_on_its_way_into_the_line_is_no_file_that_is_taken_in() -> None:
    assert card(view(RequestPhase.RECEIVING), "en").text == "YouTube video youtu.be/dQw4w9WgXcQ\nIn line"


@pytest.mark.parametrize("phase", RequestPhase)
def test_open_cards_have_a_cancel_button_and_closed_ones_none(phase: RequestPhase) -> None:
    shown = card(view(phase), "en")
    cancel = ((Button(label="Cancel", action=f"cancel:{RID}"),),)
    closed = phase in (RequestPhase.DONE, RequestPhase.FAILED, RequestPhase.CANCELLED)
    assert shown.buttons == (() if closed else cancel)


def test_a_separated_song_is_named_by_its_manifest() -> None:
    manifest = Manifest(
        track_id="a" * 24,
        source=VIDEO,
        model=Model(),
        tags=Tags(title="Águas de Março", artist="Elis"),
        samples=44100 * 200,
        stems=(StoredFile(name="vocals.flac", bytes_=1),),
        notes=("cut_short",),
        made_at=1,
    )
    shown = card(
        view(RequestPhase.DONE), "en", manifest=manifest, notes=["As a note."], uncertain=["stems-mp3", "zip-mp3.2"]
    )
    lines = shown.text.splitlines()
    assert lines[0] == "Elis - Águas de Março (3:20)"
    assert lines[2].startswith("The file ended before it should have.")
    assert lines[3] == "As a note."
    assert "never said that it arrived" in lines[4]
    assert [row[0].action for row in shown.buttons] == [f"resend:{RID}:stems-mp3", f"resend:{RID}:zip-mp3.2"]


def test_what_stems_are_without_is_said_with_how_much() -> None:
    manifest = Manifest(
        track_id="0" * 24,
        source=YouTube(video_id="dQw4w9WgXcQ"),
        model=Model(),
        tags=Tags(title="Song"),
        samples=44100,
        stems=(StoredFile(name="vocals.flac", bytes_=1),),
        late=0.0464,
        gaps=1.5,
        made_at=1,
    )
    assert card(view(RequestPhase.DONE), "en", manifest=manifest).text.splitlines()[2:] == [
        "In this video the sound starts 46 ms after the picture. "
        "The stems start with the sound: move them by that much to match the picture.",
        "This recording has 1.5 s of gaps in its sound. "
        "The stems go on without them, so they are shorter by that much.",
    ]
    damaged = manifest.model_copy(update={"late": 0.0, "gaps": 0.0, "notes": ("damaged", "of a later version")})
    assert card(view(RequestPhase.DONE), "en", manifest=damaged).text.splitlines()[2:] == [
        "Parts of this file are damaged, and the stems go on without them. If you have a better copy, send me that one."
    ]
    shown = card(view(RequestPhase.DONE), "pt-BR", manifest=manifest).text
    assert "desloque-as" in shown
    assert "1,5 s" in shown


def test_titles_arrive_as_they_are_but_on_one_line() -> None:
    assert tidy("  <b>&_*[\n\u202eevil\x00 🎸 ") == "<b>&_*[ evil 🎸"
    assert len(tidy("x" * 300)) == 160
    assert heading(view(progress=Progress(title="<b>&_*[")), "en") == "<b>&_*["
    assert heading(view(source=Upload(upload_id="u")), "en") == "Your file"
    assert heading(view(source=Upload(upload_id="u", name="take 3.wav")), "en") == "take 3.\u2060wav"
    assert status_line(view(ahead=0), "en") == "YouTube video youtu.be/dQw4w9WgXcQ\nNext in line"


@pytest.mark.parametrize(("fraction", "full"), [(-1, 0), (0, 0), (0.5, 6), (0.999, 11), (1, 12), (7, 12)])
def test_the_bar_is_full_only_at_the_end(fraction: float, full: int) -> None:
    assert bar(fraction) == "▰" * full + "▱" * (CELLS - full)


def test_settings_mark_the_chosen_and_show_every_choice() -> None:
    shown = settings_card(Preferences(model=Model(name="spleeter-4"), format=Format.FLAC, package=Package.BOTH), "en")
    assert shown.text == (
        "What you get for each song here\n4 stems: vocals, drums, bass, other\nFormat: FLAC\n"
        "Sent as single files and a zip"
    )
    assert [[button.label for button in row] for row in shown.buttons] == [
        ["2 stems", "✓ 4 stems", "5 stems"],
        ["MP3", "M4A", "✓ FLAC", "WAV"],
        ["WAV 32-bit float"],
        ["Files", "Zip", "✓ Both"],
    ]
    assert all(parse_action(button.action) is not None for row in shown.buttons for button in row)


finite = st.floats(allow_nan=False, allow_infinity=False)
sources = st.just(VIDEO) | st.builds(
    Upload,
    upload_id=st.just("u1"),
    name=st.text(),
    title=st.none() | st.text(),
    performer=st.none() | st.text(max_size=5000),
    seconds=st.none() | finite,
)
views = st.builds(
    View,
    request=st.builds(
        Request,
        id=st.just(RID),
        platform=st.just("telegram"),
        chat=st.just("telegram:1"),
        asker=st.just("telegram:1"),
        source=sources,
        order=st.builds(Order),
        created_at=finite,
    ),
    phase=st.sampled_from(RequestPhase),
    progress=st.none() | st.builds(Progress, title=st.none() | st.text(min_size=200, max_size=9000)),
    ahead=st.none() | st.integers(),
    failure=st.none() | st.builds(Failure),
    closed_at=st.none() | finite,
)


@given(views, st.sampled_from(["en", "pt", "xx", ""]))
def test_any_view_has_a_card_that_telegram_takes(seen: View, language: str) -> None:
    shown = card(seen, language)
    assert 0 < len(shown.text.encode("utf-16-le")) // 2 <= 4096
    assert "{" not in shown.text or any("{" in str(value) for value in seen.model_dump().values())
    for row in shown.buttons:
        for button in row:
            assert len(button.action.encode()) <= 64
            assert parse_action(button.action) is not None
