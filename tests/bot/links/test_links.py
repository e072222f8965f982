"""Links: what people paste, what attackers paste, and junk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links.links import Found, Playlist, find_sources, parse_source
from jobs.failures import Reason
from jobs.models import YouTube

ID = "dQw4w9WgXcQ"
OTHER = "9bZkp7q19f0"
LIST = "PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"


def ids(found: Found) -> list[str]:
    return [source.video_id for source in found.sources]


@pytest.mark.parametrize(
    "text",
    [
        f"https://www.youtube.com/watch?v={ID}",
        f"http://youtube.com/watch?v={ID}",
        f"HTTPS://WWW.YouTube.COM/watch?v={ID}",
        f"https://m.youtube.com/watch?v={ID}",
        f"https://music.youtube.com/watch?v={ID}&feature=share",
        f"https://gaming.youtube.com/watch?v={ID}",
        f"https://www.youtube-nocookie.com/embed/{ID}?rel=0",
        f"https://youtu.be/{ID}",
        f"https://youtu.be/{ID}/",
        f"https://youtu.be/{ID}?si=AbCdEfGhIjKlMnOp&t=42",
        f"https://youtu.be/watch?v={ID}",
        f"https://youtu.be/?v={ID}",
        f"https://www.youtube.com/?vi={ID}",
        f"https://www.youtube.com/watch?vi={ID}",
        f"https://www.youtube.com./watch?v={ID}",
        f"https://www.youtube.com:443/watch?v={ID}",
        f"http://www.youtube.com:80/watch?v={ID}",
        f"https://www.youtube.com//watch?v={ID}",
        f"https://www.youtube.com/watch/{ID}",
        f"https://www.youtube.com/watch?app=desktop&v={ID}&pp=ygUEdGVzdA%3D%3D&feature=emb_logo#t=1m2s",
        f"https://www.youtube.com/watch?list=x&amp;v={ID}",
        f"https://www.youtube.com/watch?v={ID}?si=AbCdEf",
        f"https://www.youtube.com/watch?v={ID}&v={OTHER}",
        f"https://www.youtube.com/shorts/{ID}?feature=share",
        f"https://youtube.com/live/{ID}",
        f"https://www.youtube.com/embed/{ID}",
        f"https://www.youtube.com/v/{ID}?version=3",
        f"https://www.youtube.com/vi/{ID}",
        f"https://www.youtube.com/e/{ID}",
        f"https://www.youtube.com/attribution_link?a=8g8&u=%2Fwatch%3Fv%3D{ID}%26feature%3Dshare",
        f"https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fyoutu.be%2F{ID}",
        f"youtu.be/{ID}",
        f"www.youtube.com/watch?v={ID}",
        f"Song:youtu.be/{ID}",
        f"youtube.com:443/watch?v={ID}",
        f"(https://youtu.be/{ID})",
        f"<https://youtu.be/{ID}>",
        f"[this song](https://youtu.be/{ID})",
        f"_https://youtu.be/{ID}_ **https://youtu.be/{ID}**",
        f"„https://youtu.be/{ID}“",
        f"Take this: https://youtu.be/{ID}.",
        f"this one?! https://youtu.be/{ID}?! thanks",
        f"https://youtu.be/{ID}, please",
        f"\u200bhttps://youtu.be/{ID}\u200e",
        f"look→https://youtu.be/{ID}…",
        f"https://youtu.be/{ID}\nhttps://www.youtube.com/watch?v={ID}&t=3",
    ],
)
def test_one_video(text: str) -> None:
    assert find_sources(text) == Found(sources=(YouTube(video_id=ID),))
    assert parse_source(text) == YouTube(video_id=ID)


@pytest.mark.parametrize(
    "text",
    [
        f"https://youtu.be/{ID} and https://www.youtube.com/shorts/{OTHER}",
        f"https://youtu.be/{ID}https://youtu.be/{OTHER}",
        f"https://youtu.be/{ID},youtu.be/{OTHER};https://youtu.be/{ID}",
        f"1. youtu.be/{ID}\n2. youtu.be/{OTHER}\n3. youtu.be/{ID}",
    ],
)
def test_several_links_keep_their_order_and_come_once(text: str) -> None:
    assert ids(find_sources(text)) == [ID, OTHER]


def test_links_behind_words_count() -> None:
    found = find_sources("this and that", (f"https://youtu.be/{ID}", f"https://www.youtube.com/watch?v={OTHER}&t=1"))
    assert ids(found) == [ID, OTHER]
    assert find_sources("x", ("https://youtu.be.evil.org/" + ID,)).refused == (Reason.NOT_YOUTUBE,)
    assert find_sources("x", (f"https://evil.org\\@youtu.be/{ID}",)).sources == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"https://youtube.com.evil.org/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"youtube.com.evil.org/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://evilyoutube.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://youtube.com-x.org/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://y\u03bfutube.com/watch?v={ID}", Reason.NOT_YOUTUBE),  # a Greek omicron
        (f"https://\uff59outube.com/watch?v={ID}", Reason.NOT_YOUTUBE),  # a full-width y
        (f"https://xn--yutube-wqf.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://youtu.be@evil.org/{ID}", Reason.NOT_YOUTUBE),
        (f"https://evil.org@youtube.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://user:pass@www.youtube.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://www.youtube.com:8443/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"http://www.youtube.com:443/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://www.youtube.com:x/watch?v={ID}", Reason.BAD_LINK),
        (f"https://www.youtube.com../watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://www%2eyoutube.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://evil.org/?u=https://youtu.be/{ID}", Reason.NOT_YOUTUBE),
        (f"https://evil.org/https://youtu.be/{ID}", Reason.NOT_YOUTUBE),
        (f"https://evil.org#youtube.com/watch?v={ID}", Reason.NOT_YOUTUBE),
        (f"https://www.youtube.com/redirect?q=https%3A%2F%2Fevil.org%2Fwatch%3Fv%3D{ID}", Reason.NOT_YOUTUBE),
        ("https://vimeo.com/148751763", Reason.NOT_YOUTUBE),
        ("https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC", Reason.NOT_YOUTUBE),
        (f"ftp://youtube.com/watch?v={ID}", Reason.BAD_LINK),
        (f"javascript://youtube.com/watch?v={ID}", Reason.BAD_LINK),
        ("https://www.youtube.com/@somebody", Reason.CHANNEL),
        ("https://www.youtube.com/@somebody/live", Reason.CHANNEL),
        ("https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw", Reason.CHANNEL),
        ("https://www.youtube.com/c/SomeBody/videos", Reason.CHANNEL),
        ("https://www.youtube.com/user/RickAstleyVEVO", Reason.CHANNEL),
        ("https://www.youtube.com/RickAstleyVE", Reason.CHANNEL),
        ("https://www.youtube.com/feed/subscriptions", Reason.CHANNEL),
        ("https://www.youtube.com/results?search_query=never+gonna", Reason.CHANNEL),
        ("https://www.youtube.com/embed/live_stream?channel=UCuAXFkgsw1L7xaCfnd5JJOw", Reason.CHANNEL),
        ("https://music.youtube.com/browse/UCuAXFkgsw1L7xaCfnd5JJOw", Reason.CHANNEL),
        ("https://www.youtube.com/", Reason.CHANNEL),
        ("https://music.youtube.com/browse/MPREb_4pL8gzRtw1p", Reason.PLAYLIST),
        ("https://www.youtube.com/playlist?list=WL", Reason.PLAYLIST),
        ("https://www.youtube.com/watch?v=dQw4w9WgXc", Reason.BAD_LINK),  # ten characters
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQQ", Reason.BAD_LINK),  # twelve
        ("https://www.youtube.com/watch?v=dQw4w9WgXcB", Reason.BAD_LINK),  # no id ends in B
        ("https://www.youtube.com/watch?v=", Reason.BAD_LINK),
        ("https://www.youtube.com/watch", Reason.BAD_LINK),
        ("https://www.youtube.com/clip/UgkxABCDEFGHIJKL", Reason.BAD_LINK),
        ("https://youtu.be/", Reason.BAD_LINK),
        ("https://youtu.be/../../etc/passwd", Reason.BAD_LINK),
    ],
)
def test_a_text_without_one_video_gives_a_reason(text: str, reason: Reason) -> None:
    assert find_sources(text) == Found(refused=(reason,))
    assert parse_source(text) is reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello there",
        "dQw4w9WgXcQ",
        "watermelons",
        "AC/DC and/or 1/2 w/o",
        "me@example.org",
        "10:30 a.m./p.m.",
        "…/…",
    ],
)
def test_words_are_not_links(text: str) -> None:
    assert find_sources(text) == Found()
    assert parse_source(text) is Reason.BAD_LINK


@pytest.mark.parametrize(
    ("text", "list_id", "endless"),
    [
        (f"https://www.youtube.com/playlist?list={LIST}", LIST, False),
        (f"https://www.youtube.com/watch?list={LIST}", LIST, False),
        (f"https://www.youtube.com/embed/videoseries?list={LIST}", LIST, False),
        (f"https://music.youtube.com/browse/VL{LIST}", LIST, False),
        ("https://music.youtube.com/playlist?list=OLAK5uy_kabcdefghijklmnop", "OLAK5uy_kabcdefghijklmnop", False),
        ("https://music.youtube.com/playlist?list=RDCLAK5uy_kabcdefghij", "RDCLAK5uy_kabcdefghij", False),
        (f"https://www.youtube.com/playlist?list=RD{ID}", f"RD{ID}", True),
    ],
)
def test_a_playlist_is_refused_as_a_video_and_remembered(text: str, list_id: str, endless: bool) -> None:
    playlist = Playlist(playlist_id=list_id, alone=True)
    assert find_sources(text) == Found(playlists=(playlist,), refused=(Reason.PLAYLIST,))
    assert playlist.endless is endless


@pytest.mark.parametrize(("list_id", "endless"), [(LIST, False), (f"RDAMVM{ID}", True), (f"RD{ID}", True)])
def test_a_video_in_a_playlist_is_the_one_video(list_id: str, endless: bool) -> None:
    found = find_sources(f"https://www.youtube.com/watch?v={ID}&list={list_id}&index=3")
    playlist = Playlist(playlist_id=list_id)
    assert found == Found(sources=(YouTube(video_id=ID),), playlists=(playlist,))
    assert playlist.endless is endless


@pytest.mark.parametrize("host", ["a" * 280 + ".youtu.be", "youtu.be:99999999999", "me@youtu.be"])
def test_an_address_that_only_resembles_one_is_no_video(host: str) -> None:
    assert find_sources(f"{host}/{ID}").sources == ()


def test_a_good_link_beside_a_bad_one() -> None:
    found = find_sources(f"https://youtube.com.evil.org/watch?v={OTHER} or rather https://youtu.be/{ID}")
    assert found == Found(sources=(YouTube(video_id=ID),), refused=(Reason.NOT_YOUTUBE,))
    assert parse_source(f"https://vimeo.com/1 https://youtu.be/{ID}") == YouTube(video_id=ID)


PIECES = st.sampled_from(
    [
        "https://", "http://", "youtube.com", "youtu.be", "www.", "/watch?v=", "/", "?", "&", "list=", "v=", "@", ":",
        ID, "live_stream", "%", "%00", "%ff", "&amp;", "#", "[", "]", "\\", ".", "\u200b", "\ud800",
        "attribution_link?u=", "/redirect?q=", "%2Fwatch%3Fv%3D", "\u2100", ":99999999", " ", "\n",
    ]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=3))).map("".join)))
def test_any_text_has_an_answer(text: str) -> None:
    found = find_sources(text, (text,))
    for source in found.sources:
        assert source.video_id in text or "%" in text
    assert len(set(ids(found))) == len(found.sources)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a:",
        ":",
        "/",
        "@",
        "%",
        "https://",
        "youtu.be/",
        "a.b/",
        "http",
        "a-",
        "&",
        "v=&",
        f"https://youtu.be/{ID} ",
    ],
)
def test_hostile_junk_is_read_in_bounded_steps(unit: str) -> None:
    # A hundred times longer than any message: a quadratic reader would meet the suite's time-out.
    junk = unit * ((1 << 19) // len(unit))
    found = find_sources(junk, (junk,))

    assert [source.video_id for source in found.sources] == ([ID] if ID in unit else [])
