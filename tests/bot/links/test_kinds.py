"""The tables that classify documents as songs, and their agreement with the worker's decoder."""

import ast
import mimetypes
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.links.kinds import CONTAINERS, Kind, kind_of
from bot.texts import LANGUAGES, say
from worker.audio.opening import CONTAINERS as OPENED

UNKNOWN = "application/octet-stream"
SENT = (
    "flac m4a ogg wma mkv opus wv ape aif aiff caf dsf dff mka 3gp amr ac3 dts tak tta mpc w64 au voc webm ts mts avi "
    "flv mp3 mp2 aac wav mp4 mov m4b oga spx weba ra mpg m2ts"
)
#: What FFmpeg says of its containers' files and holds no music: pictures, subtitles, manifests.
NO_MUSIC = {"avif", "heic", "heif", "mj2", "mks", "ism"}


@pytest.mark.parametrize("ending", SENT.split())
@pytest.mark.parametrize("type_", [UNKNOWN, "", "text/plain", "application/x-unknown", "application/zip"])
def test_a_name_of_music_is_taken_whatever_the_type(ending: str, type_: str) -> None:
    assert kind_of(f"take 3.{ending}", type_) is Kind.MEDIA
    assert kind_of(f"TAKE.{ending.upper()}", type_) is Kind.MEDIA


@pytest.mark.parametrize(
    ("name", "type_", "kind"),
    [
        ("", "audio/flac", Kind.MEDIA),
        ("voice", "AUDIO/OGG; codecs=opus", Kind.MEDIA),
        ("song.jpg", "audio/mpeg", Kind.MEDIA),  # a wrong ending
        ("song.flac (1)", UNKNOWN, Kind.MEDIA),
        ("song.flac.", UNKNOWN, Kind.MEDIA),
        ("gig", "video/x-matroska", Kind.MEDIA),
        ("", "", Kind.UNSURE),
        ("song", UNKNOWN, Kind.UNSURE),
        ("song.take3", UNKNOWN, Kind.UNSURE),
        ("song", "application/ogg", Kind.UNSURE),
        ("gig", "application/mxf", Kind.UNSURE),
        ("song", "application/x-flac", Kind.UNSURE),
        ("song", "application/vnd.rn-realmedia", Kind.UNSURE),
        ("score.pdf", "application/pdf", Kind.OTHER),
        ("score.PDF", UNKNOWN, Kind.OTHER),
        ("score", "application/pdf", Kind.OTHER),
        ("song.mp3.zip", UNKNOWN, Kind.OTHER),
        ("songs", "application/zip", Kind.OTHER),
        ("band.jpeg", "image/jpeg", Kind.OTHER),
        ("band", "image/webp", Kind.OTHER),
        ("words.txt", "text/plain", Kind.OTHER),
        ("words", "text/plain; charset=utf-8", Kind.OTHER),
        ("song.mid", "audio/midi", Kind.OTHER),  # notes, and no sound
        ("song", "audio/midi", Kind.OTHER),
        ("songs.m3u8", "application/vnd.apple.mpegurl", Kind.OTHER),
        ("songs.m3u", "audio/x-mpegurl", Kind.OTHER),
        ("words.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Kind.OTHER),
    ],
)
def test_what_a_file_is(name: str, type_: str, kind: Kind) -> None:
    assert kind_of(name, type_) is kind


@given(st.text(), st.text())
def test_anything_is_of_some_kind(name: str, type_: str) -> None:
    assert kind_of(name, type_) in Kind


def test_the_table_has_what_the_decoder_opens() -> None:
    assert set(CONTAINERS) == set(OPENED.split(","))


@pytest.mark.parametrize("container", sorted(OPENED.split(",")))
def test_every_ending_that_the_decoder_tells_is_in_the_table(container: str) -> None:
    if container == "oga":  # it only writes those; "ogg" reads them
        container = "ogg"
    told = set(av.ContainerFormat(container, "r").extensions) - NO_MUSIC
    assert told <= set(" ".join(CONTAINERS.values()).split())


def test_nothing_of_ours_asks_the_systems_table() -> None:
    root = Path(bot.__file__).parents[1]
    for path in (path for room in ("bot", "jobs", "worker") for path in (root / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert mimetypes.__name__ not in names, path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", ["upload-not-media", "failure-not-audio", "failure-too-large.plain"])
def test_no_refusal_asks_for_the_kind_of_file_that_was_just_sent(language: str, refusal: str) -> None:
    words = {word.strip(".,:;").lower() for word in say(language, refusal).split()}
    assert not words & (set(" ".join(CONTAINERS.values()).split()) - {"a"})
