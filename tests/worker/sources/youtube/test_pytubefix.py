"""Downloads through the real child process, from a stand-in for YouTube behind a TLS proxy."""

import importlib.util
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.failures import Reason
from jobs.results import Tags
from tests.peers.tones import picture, song
from tests.peers.videos import AAC, MEDIA_HOST, OPUS, OPUS_LOW, Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.youtube.downloads import ID, assert_is_song, fates, fetch, refused
from worker.child.messages import Step


async def test_a_video_becomes_a_song_with_tags_and_cover(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, title="Some Band - A Song (Official Video)", seconds=4.0))
    steps: list[Step] = []

    fetched = await fetch(output, steps=steps)

    assert fetched.audio == output / "audio.m4a"
    assert fetched.tags == Tags(title="A Song", artist="Some Band")
    assert_is_song(fetched, 4.0)
    assert fetched.cover == output / "cover.jpg"
    assert fetched.cover.read_bytes() == picture()
    assert sorted(path.name for path in output.iterdir()) == ["audio.m4a", "cover.jpg"]
    # The card can name the song before the first byte, and then shows the bytes.
    assert steps[0] == Step()
    assert steps[1] == Step(fraction=0.0, title="A Song", artist="Some Band", seconds=4.0)
    assert steps[-1].fraction == 1.0
    assert steps[-1].alive == fetched.audio.stat().st_size
    # Requests: two to the player, the song in one, the cover; no page, no script, no other host.
    assert [asked.client for asked in site.requests if asked.client] == ["WEB", "VISIONOS"]
    assert [asked.query["itag"] for asked in site.media_requests] == ["140"]
    assert len(site.requests) == 4
    assert site.hosts == {"www.youtube.com", MEDIA_HOST, "i.ytimg.com"}
    assert site.refused_hosts == []
    # Nothing is written into the library's own folder.
    spec = importlib.util.find_spec("pytubefix")
    assert spec is not None
    assert spec.origin is not None
    assert not (Path(spec.origin).parent / "__cache__").exists()


async def test_the_original_stream_is_taken(site: YouTubeStandIn, tmp_path: Path) -> None:
    """The original, not the dub nor the levelled one; other containers where there is no mp4."""
    dub = replace(AAC, language="en", role="dubbed-auto", is_default=True)  # marked default, for an English viewer
    original = replace(AAC, language="de", role="original", is_default=False)
    tracks = (replace(original, drc=True), original, replace(original, drc=True), dub, replace(dub, drc=True))
    dubbed = Video("dubbeddubbA", tracks=tracks)
    webm = Video("webmwebmweA", tracks=(OPUS_LOW, OPUS), cover=None)
    assert [fate.failure for fate in await fates(site, tmp_path, [dubbed, webm])] == [None, None]
    taken = {asked.video_id: (asked.query["itag"], asked.query.get("xtags", "")) for asked in site.media_requests}
    assert taken == {dubbed.video_id: ("140", "acont=original:lang=de"), webm.video_id: ("251", "")}
    assert [path.name for path in (tmp_path / webm.video_id).iterdir()] == ["audio.webm"]


async def test_a_song_does_not_wait_for_its_cover(site: YouTubeStandIn, tmp_path: Path) -> None:
    (fate,) = await fates(site, tmp_path, [Video(ID, trouble=Trouble.COVER_SILENT)], impatient=True)
    assert fate.failure is None
    assert [path.name for path in (tmp_path / ID).iterdir()] == ["audio.m4a"]


#: Trouble → its reason, and the most requests to the site.
TROUBLES: dict[Trouble, tuple[Reason, int]] = {
    Trouble.PLAYER_403: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_429: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_500: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_HTML: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_EMPTY: (Reason.YOUTUBE_REFUSED, 2),
    Trouble.PLAYER_RESET: (Reason.NETWORK, 2),
    Trouble.PLAYER_ENDLESS: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_NESTED: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.CONSENT: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.WRONG_ID: (Reason.YOUTUBE_REFUSED, 2),
    Trouble.MEDIA_403: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_404: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_429: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_HTML: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_REDIRECT: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_JUNK: (Reason.YOUTUBE_REFUSED, 4),  # the cover is fetched before the song is decoded
    Trouble.MEDIA_CUT: (Reason.STALLED, 6),
    Trouble.MEDIA_RESET: (Reason.NETWORK, 6),
    Trouble.OTHER_LENGTH: (Reason.YOUTUBE_REFUSED, 4),
}
ENDLESS: dict[Trouble, tuple[Reason, int]] = {
    Trouble.PLAYER_SILENT: (Reason.STALLED, 1),
    Trouble.MEDIA_TRICKLE: (Reason.STALLED, 3),
    Trouble.MEDIA_STALL: (Reason.STALLED, 6),
}


@pytest.mark.parametrize("troubles", [TROUBLES, ENDLESS], ids=["ends", "endless"])
async def test_trouble_ends_with_its_reason_and_few_requests(
    site: YouTubeStandIn, tmp_path: Path, troubles: dict[Trouble, tuple[Reason, int]]
) -> None:
    videos = [
        Video(f"trouble{number:03d}A", trouble=trouble, seconds=30 if trouble is Trouble.OTHER_LENGTH else 3)
        for number, trouble in enumerate(troubles)
    ]
    met = dict(zip(troubles, await fates(site, tmp_path, videos, impatient=troubles is ENDLESS), strict=True))
    assert {trouble: fate.reason for trouble, fate in met.items()} == {
        trouble: reason for trouble, (reason, _) in troubles.items()
    }
    # At most: a reset may lose the data sent just before it.
    assert {trouble: fate for trouble, fate in met.items() if fate.requests > troubles[trouble][1]} == {}
    assert site.refused_hosts == []  # a redirect to another host does not leave the process


async def test_passing_trouble_is_overcome(site: YouTubeStandIn, tmp_path: Path) -> None:
    troubles = (Trouble.PLAYER_RESET_ONCE, Trouble.MEDIA_RESET_ONCE, Trouble.MEDIA_503_ONCE, Trouble.CLIENT_REFUSED)
    videos = [Video(f"passing{number:03d}A", trouble=trouble) for number, trouble in enumerate(troubles)]
    *passing, other_client = await fates(site, tmp_path, videos)
    assert [fate.failure for fate in passing] == [None, None, None]
    assert all(fate.requests <= 6 for fate in passing), passing
    # Another client is used when the first gets nothing.
    assert (other_client.failure, other_client.requests < 12) == (None, True)
    assert [asked.client for asked in site.requests if asked.client and asked.video_id == videos[-1].video_id][
        -1
    ] == "IOS"


async def test_youtubes_reason_against_the_video_is_the_failure(site: YouTubeStandIn, tmp_path: Path) -> None:
    private = unplayable("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access")
    not_a_bot = unplayable("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot")
    premiere = unplayable("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")
    gone = unplayable("ERROR", "Video unavailable")
    videos = {
        Reason.PRIVATE: Video("saysprivatA", playability=private),
        Reason.REMOVED: Video("saysgonegoA", playability=gone),
        Reason.YOUTUBE_REFUSED: Video("saysnotbotA", playability=not_a_bot),
        Reason.LIVE: Video("sayslivelvA", claims={"isLive": True, "isLiveContent": True, "lengthSeconds": "0"}),
        Reason.UPCOMING: Video("sayspremieA", claims={"isUpcoming": True}, playability=premiere),
    }
    met = await fates(site, tmp_path, videos.values())
    assert [fate.reason for fate in met] == list(videos)
    assert site.media_requests == []


async def test_too_long_or_large_videos_are_refused_before_the_download(site: YouTubeStandIn, tmp_path: Path) -> None:
    long = Video("longlonglgA", claims={"lengthSeconds": "4000"})
    out_of_proportion = Video("largelargeA", audio=bytes(2 << 20))
    too_long, too_large = await fates(site, tmp_path, [long, out_of_proportion], max_seconds=3)
    assert too_long.reason is Reason.TOO_LONG
    assert too_long.failure
    assert too_long.failure.values == {"seconds": 4000, "limit_seconds": 3}
    assert too_large.reason is Reason.TOO_LARGE
    assert too_large.failure
    assert too_large.failure.values["bytes"] == 2 << 20
    assert site.media_requests == []


async def test_a_large_file_comes_in_ranges(site: YouTubeStandIn, output: Path) -> None:
    padding = 10 << 20
    media = song(3.0, "mp4") + struct.pack(">I4s", padding, b"free") + bytes(padding - 8)
    site.add(Video(ID, audio=media))
    fetched = await fetch(output)
    assert fetched.audio.read_bytes() == media
    end = 9 << 20
    assert [asked.query["range"] for asked in site.media_requests] == [f"0-{end - 1}", f"{end}-{len(media) - 1}"]


async def test_a_disk_that_fills_up(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID))
    (output / "audio.m4a").symlink_to("/dev/full")
    assert (await refused(output)).reason is Reason.NO_DISK


async def test_no_network(site: YouTubeStandIn, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port has no server
    assert (await refused(output)).reason is Reason.NETWORK


async def test_an_untrusted_certificate_is_refused(
    site: YouTubeStandIn, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add(Video(ID))
    with YouTubeStandIn() as impostor:
        monkeypatch.setenv("HTTPS_PROXY", impostor.environment["HTTPS_PROXY"])
        monkeypatch.setenv("https_proxy", impostor.environment["https_proxy"])
        assert (await refused(output)).reason is Reason.NETWORK
        assert impostor.requests == []
