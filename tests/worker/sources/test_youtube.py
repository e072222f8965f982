"""Downloads through the real child process, from a stand-in for YouTube behind a TLS proxy."""

import importlib.util
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.failures import Reason
from jobs.models import Tags
from tests.peers.tones import picture, song
from tests.peers.videos import AAC, MEDIA_HOST, OPUS, OPUS_LOW, Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.downloads import ID, assert_is_song, fates, fetch, refused
from worker.child import Step


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
    # The card can name the song before the first byte, and moves on with the bytes.
    assert steps[0] == Step()
    assert steps[1] == Step(fraction=0.0, title="A Song", artist="Some Band", seconds=4.0)
    assert steps[-1].fraction == 1.0
    assert steps[-1].alive == fetched.audio.stat().st_size
    # Asked of the site: two player requests, the song in one, the cover; no page, no script, nobody else.
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


async def test_a_video_without_mp4_or_cover(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, tracks=(OPUS_LOW, OPUS), cover=None))
    fetched = await fetch(output)
    assert fetched.audio.name == "audio.webm"
    assert fetched.cover is None
    assert_is_song(fetched, 3.0)
    assert [asked.query["itag"] for asked in site.media_requests] == ["251"]


async def test_no_song_waits_for_its_cover(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, trouble=Trouble.COVER_SILENT))
    fetched = await fetch(output, module="tests.peers.impatient")
    assert fetched.cover is None
    assert_is_song(fetched, 3.0)
    assert [path.name for path in output.iterdir()] == ["audio.m4a"]


async def test_the_original_track_is_taken_not_the_dub_nor_the_levelled_one(site: YouTubeStandIn, output: Path) -> None:
    dub = replace(AAC, language="en", role="dubbed-auto", is_default=True)  # marked default, for an English viewer
    original = replace(AAC, language="de", role="original", is_default=False)
    tracks = (replace(original, drc=True), original, replace(original, drc=True), dub, replace(dub, drc=True))
    site.add(Video(ID, tracks=tracks))
    await fetch(output)
    assert [asked.query["xtags"] for asked in site.media_requests] == ["acont=original:lang=de"]


#: What each trouble ends with, after at most how many requests to the site.
TROUBLES: dict[Trouble, tuple[Reason, int]] = {
    Trouble.PLAYER_403: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_429: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_500: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_HTML: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.PLAYER_EMPTY: (Reason.YOUTUBE_REFUSED, 2),
    Trouble.PLAYER_RESET: (Reason.NETWORK, 2),
    Trouble.CONSENT: (Reason.YOUTUBE_REFUSED, 1),
    Trouble.WRONG_ID: (Reason.YOUTUBE_REFUSED, 2),
    Trouble.MEDIA_403: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_404: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_429: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_HTML: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_REDIRECT: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_JUNK: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_CUT: (Reason.STALLED, 6),
    Trouble.MEDIA_RESET: (Reason.NETWORK, 6),
    Trouble.OTHER_LENGTH: (Reason.YOUTUBE_REFUSED, 3),
}
ENDLESS: dict[Trouble, tuple[Reason, int]] = {
    Trouble.PLAYER_SILENT: (Reason.STALLED, 1),
    Trouble.MEDIA_TRICKLE: (Reason.STALLED, 3),
    Trouble.MEDIA_STALL: (Reason.STALLED, 6),
}


@pytest.mark.parametrize(
    ("module", "troubles"), [("worker.sources", TROUBLES), ("tests.peers.impatient", ENDLESS)], ids=["ends", "endless"]
)
async def test_trouble_ends_with_its_reason_and_few_requests(
    site: YouTubeStandIn, tmp_path: Path, module: str, troubles: dict[Trouble, tuple[Reason, int]]
) -> None:
    videos = [
        Video(f"trouble{number:03d}A", trouble=trouble, seconds=30 if trouble is Trouble.OTHER_LENGTH else 3)
        for number, trouble in enumerate(troubles)
    ]
    met = await fates(site, tmp_path, videos, module=module)
    ends = dict(zip(troubles, met.values(), strict=True))

    reasons = {trouble: reason for trouble, (reason, _) in ends.items()}
    assert reasons == {trouble: reason for trouble, (reason, _) in troubles.items()}
    # At most: a reset may or may not swallow what was sent just before it.
    assert {trouble: asked for trouble, (_, asked) in ends.items() if asked > troubles[trouble][1]} == {}
    assert site.refused_hosts == []  # a redirect to elsewhere does not even leave the process


async def test_passing_trouble_is_overcome(site: YouTubeStandIn, tmp_path: Path) -> None:
    troubles = (Trouble.PLAYER_RESET_ONCE, Trouble.MEDIA_RESET_ONCE, Trouble.MEDIA_503_ONCE)
    videos = [Video(f"passing{number:03d}A", trouble=trouble) for number, trouble in enumerate(troubles)]
    met = await fates(site, tmp_path, videos)
    assert [reason for reason, _ in met.values()] == [None, None, None]
    assert all(asked <= 6 for _, asked in met.values()), met


async def test_another_client_is_asked_when_the_first_gets_nothing(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, trouble=Trouble.CLIENT_REFUSED))
    assert_is_song(await fetch(output), 3.0)
    assert [asked.client for asked in site.requests if asked.client][-1] == "IOS"
    assert len(site.requests) < 12


async def test_what_youtube_says_of_the_video_reaches_the_person(site: YouTubeStandIn, tmp_path: Path) -> None:
    private = unplayable("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access")
    not_a_bot = unplayable("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot")
    premiere = unplayable("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")
    videos = {
        Reason.PRIVATE: Video("saysprivatA", playability=private),
        Reason.YOUTUBE_REFUSED: Video("saysnotbotA", playability=not_a_bot),
        Reason.LIVE: Video("sayslivelvA", claims={"isLive": True, "isLiveContent": True, "lengthSeconds": "0"}),
        Reason.UPCOMING: Video("sayspremieA", claims={"isUpcoming": True}, playability=premiere),
    }
    met = await fates(site, tmp_path, videos.values())
    assert {reason: met[video.video_id][0] for reason, video in videos.items()} == {reason: reason for reason in videos}
    assert site.media_requests == []


async def test_an_id_that_does_not_exist(site: YouTubeStandIn, output: Path) -> None:
    assert (await refused(output, video_id="xxxxxxxxxxQ")).reason is Reason.REMOVED


async def test_a_long_video_is_refused_before_the_download(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, claims={"lengthSeconds": "4000"}))
    failure = await refused(output, max_seconds=1800)
    assert failure.reason is Reason.TOO_LONG
    assert failure.values == {"seconds": 4000, "limit_seconds": 1800}
    assert site.media_requests == []


async def test_a_file_out_of_proportion_is_refused_before_the_download(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, audio=bytes(2 << 20)))
    failure = await refused(output, max_seconds=3)
    assert failure.reason is Reason.TOO_LARGE
    assert failure.values["bytes"] == 2 << 20
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
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens on the discard port
    assert (await refused(output)).reason is Reason.NETWORK


async def test_a_certificate_nobody_vouches_for(
    site: YouTubeStandIn, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.add(Video(ID))
    with YouTubeStandIn() as impostor:
        monkeypatch.setenv("HTTPS_PROXY", impostor.environment["HTTPS_PROXY"])
        monkeypatch.setenv("https_proxy", impostor.environment["https_proxy"])
        assert (await refused(output)).reason is Reason.NETWORK
        assert impostor.requests == []
