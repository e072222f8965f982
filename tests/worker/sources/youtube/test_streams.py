"""The choice of the stream."""

from typing import Any

import pytest

from worker.sources.youtube.streams import audio_streams, choose

HOST = "https://rr1---sn-x.googlevideo.com/videoplayback?id=x"


def audio(itag: int, container: str = "mp4", bitrate: int = 128_000, **more: Any) -> dict[str, Any]:
    codec = "opus" if container == "webm" else "mp4a.40.2"
    return {
        "itag": itag, "mimeType": f'audio/{container}; codecs="{codec}"', "bitrate": bitrate,
        "contentLength": "1000", "approxDurationMs": "60021", "url": f"{HOST}&itag={itag}", **more,
    }  # fmt: skip


def unsized(*what: Any, **more: Any) -> dict[str, Any]:
    return {name: value for name, value in audio(*what, **more).items() if name != "contentLength"}


def track(language: str, role: int, *, default: bool = False, name: str = "") -> dict[str, Any]:
    return {"audioTrack": {"id": f"{language}.{role}", "displayName": name, "audioIsDefault": default}}


def tagged(itag: int, xtags: str) -> str:
    return f"{HOST}&itag={itag}&xtags={xtags.replace('=', '%3D').replace(':', '%3A')}"


PICTURE = {"itag": 137, "mimeType": 'video/mp4; codecs="avc1"', "contentLength": "9", "url": HOST, "bitrate": 4_000_000}
BOTH = {"itag": 18, "mimeType": 'video/mp4; codecs="avc1.42001E, mp4a.40.2"', "contentLength": "9", "url": HOST,
        "bitrate": 500_000}  # fmt: skip
ORIGINAL = track("de", 4, name="German original")
DUB = track("en", 3, default=True, name="English")


@pytest.mark.parametrize(
    ("formats", "place"),
    [
        ([audio(139, bitrate=48_000), audio(140), audio(251, "webm", 160_000)], 1),
        ([audio(251, "webm", 160_000), audio(140), audio(141, bitrate=256_000)], 1),
        ([audio(249, "webm", 50_000), audio(251, "webm", 130_000), audio(250, "webm", 140_000)], 1),
        ([audio(249, "webm", 50_000), audio(250, "webm", 70_000), audio(139, bitrate=48_000)], 1),
        ([PICTURE, BOTH, audio(249, "webm", 50_000)], 2),
        ([PICTURE, BOTH], 1),  # better than nothing
        ([audio(140, isDrc=True), audio(140)], 1),
        ([audio(140), audio(140, isDrc=True)], 0),
        ([audio(140, url=tagged(140, "drc=1")), audio(251, "webm")], 1),
        ([audio(140, url=tagged(140, "vb=1")), audio(251, "webm")], 1),
        ([audio(140, **DUB), audio(140, **ORIGINAL)], 1),
        ([audio(140, **ORIGINAL), audio(140, **DUB)], 0),
        ([audio(140, **DUB), audio(249, "webm", 50_000, **ORIGINAL)], 1),
        ([audio(140, **ORIGINAL, isDrc=True), audio(140, **DUB)], 0),
        # By its tags, not by names in the viewer's language
        ([audio(140, url=tagged(140, "acont=dubbed-auto:lang=en"), **track("en", 10, default=True)),
          audio(140, url=tagged(140, "acont=original:lang=ja"), **track("ja", 4))], 1),
        ([audio(140, url=tagged(140, "acont=descriptive:lang=en"), **track("en", 2, default=True)),
          audio(251, "webm", url=tagged(251, "acont=original:lang=en"))], 1),
        # No mark of the original: the default
        ([audio(140, **track("en", 3)), audio(140, **track("fr", 3, default=True)), audio(140, **track("es", 3))], 1),
    ],
)  # fmt: skip
def test_the_choice(formats: list[dict[str, Any]], place: int) -> None:
    wanted = audio_streams([formats[place]])[0]
    assert choose(audio_streams(formats)) == wanted


@pytest.mark.parametrize(
    "format_",
    [
        PICTURE,
        audio(140, contentLength="0"),
        unsized(140, type="FORMAT_STREAM_TYPE_OTF"),
        unsized(140, url=f"{HOST}&source=yt_otf"),
        unsized(140, url=f"{HOST}&source=yt_live_broadcast"),
        audio(140, url=""),  # SABR alone
        audio(140, mimeType="text/vtt"),
        audio(140, mimeType='audio/3gpp; codecs="amr"'),
        audio(140) | {"itag": "?"},
        {},
    ],
)
def test_streams_that_cannot_be_fetched_or_checked_are_left_out(format_: dict[str, Any]) -> None:
    assert audio_streams([format_]) == ()
    assert choose(audio_streams([format_])) is None


@pytest.mark.parametrize(
    ("clen", "size"),
    [
        ("", None),
        ("&clen=1234", 1234),
        ("&clen=0", None),
        ("&clen=-1", None),
        ("&clen=x", None),
        ("&clen=" + "9" * 99, None),
    ],
)
def test_a_size_may_be_in_the_address(clen: str, size: int | None) -> None:
    (stream,) = audio_streams([unsized(140, url=f"{HOST}{clen}")])
    assert stream.bytes_ == size


def test_of_two_equal_streams_the_one_with_a_size_is_taken() -> None:
    formats = [unsized(249, "webm", 70_000), audio(250, "webm", 50_000), unsized(140)]
    assert choose(audio_streams(formats[:2])) == audio_streams(formats)[1]
    assert choose(audio_streams(formats)) == audio_streams(formats)[2]


def test_a_ciphered_stream_is_known_but_has_no_address_yet() -> None:
    raw = audio(140, url="", signatureCipher="s=abc&sp=sig&url=https%3A%2F%2Fr.googlevideo.com%2Fv%3Fitag%3D140")
    (stream,) = audio_streams([raw])
    assert (stream.itag, stream.url, stream.bytes_, stream.seconds) == (140, "", 1000, 60.021)
