"""Downloads through the real child process, from a stand-in for YouTube behind a TLS proxy."""

import asyncio
import importlib.util
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.failures import Failed, Failure, Reason
from jobs.models import Tags, YouTube
from tests.peers.tones import picture, song
from tests.peers.videos import AAC, MEDIA_HOST, OPUS, OPUS_LOW, Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from worker.audio.reading import open_song
from worker.child import Step, run_child
from worker.tasks import Fetched, FetchTask

ID = "dQw4w9WgXcQ"


@pytest.fixture(scope="module")
def shared_site() -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn() as site:
        yield site


@pytest.fixture
def site(shared_site: YouTubeStandIn, monkeypatch: pytest.MonkeyPatch) -> YouTubeStandIn:
    """The stand-in, with nothing asked of it yet, in this test's environment."""
    shared_site.requests.clear()
    shared_site.refused_hosts.clear()
    for name, value in shared_site.environment.items():
        monkeypatch.setenv(name, value)
    return shared_site


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    folder.mkdir()
    return folder


async def fetch(
    output: Path,
    video_id: str = ID,
    *,
    module: str = "worker.sources",
    max_seconds: float = 600,
    steps: list[Step] | None = None,
) -> Fetched:
    task = FetchTask(source=YouTube(video_id=video_id), output=output, max_seconds=max_seconds)
    heard = [] if steps is None else steps
    return await run_child(module, task, Fetched, heard.append, deadline=60, stall=30)


async def refused(output: Path, **how: str | float) -> Failure:
    """How a download fails. Whatever the cause, nothing is left behind."""
    with pytest.raises(Failed) as caught:
        await fetch(output, **how)  # type: ignore[arg-type]  # passed through
    assert list(output.iterdir()) == []
    return caught.value.failure


def assert_is_song(fetched: Fetched, seconds: float) -> None:
    with open_song(fetched.audio) as opened:
        samples = sum(len(block) for block in opened.blocks())
    assert samples / 44100 == pytest.approx(seconds, abs=0.1)
    assert fetched.seconds == pytest.approx(seconds, abs=0.1)


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


async def test_nothing_is_written_into_the_library(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID))
    await fetch(output)
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
    turns = asyncio.Semaphore(3)  # several processes at once: each spends its time loading libraries

    async def meet(trouble: Trouble, video_id: str) -> tuple[Reason, int]:
        site.add(Video(video_id, trouble=trouble, seconds=30 if trouble is Trouble.OTHER_LENGTH else 3))
        folder = tmp_path / video_id
        folder.mkdir()
        async with turns:
            failure = await refused(folder, video_id=video_id, module=module)
        return failure.reason, len([asked for asked in site.requests if asked.video_id == video_id])

    async with asyncio.TaskGroup() as group:  # when one fails, the others' processes end before the loop does
        meeting = {trouble: group.create_task(meet(trouble, f"trouble{n:03d}A")) for n, trouble in enumerate(troubles)}
    met = {trouble: task.result() for trouble, task in meeting.items()}

    reasons = {trouble: reason for trouble, (reason, _) in met.items()}
    assert reasons == {trouble: reason for trouble, (reason, _) in troubles.items()}
    # At most: a reset may or may not swallow what was sent just before it.
    assert all(asked <= troubles[trouble][1] for trouble, (_, asked) in met.items()), met
    assert site.refused_hosts == []  # a redirect to elsewhere does not even leave the process


@pytest.mark.parametrize("trouble", [Trouble.PLAYER_RESET_ONCE, Trouble.MEDIA_RESET_ONCE, Trouble.MEDIA_503_ONCE])
async def test_passing_trouble_is_overcome(site: YouTubeStandIn, output: Path, trouble: Trouble) -> None:
    video = site.add(Video(f"passing{trouble.name[-4:-1].lower()}0", trouble=trouble))
    fetched = await fetch(output, video.video_id)
    assert_is_song(fetched, 3.0)
    assert len(site.requests) <= 6


async def test_another_client_is_asked_when_the_first_gets_nothing(site: YouTubeStandIn, output: Path) -> None:
    site.add(Video(ID, trouble=Trouble.CLIENT_REFUSED))
    assert_is_song(await fetch(output), 3.0)
    assert [asked.client for asked in site.requests if asked.client][-1] == "IOS"
    assert len(site.requests) < 12


@pytest.mark.parametrize(
    ("video", "reason"),
    [
        (Video(ID, playability=unplayable("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access")),
         Reason.PRIVATE),
        (Video(ID, playability=unplayable("LOGIN_REQUIRED", "Sign in to confirm you\u2019re not a bot")),
         Reason.YOUTUBE_REFUSED),
        (Video(ID, claims={"isLive": True, "isLiveContent": True, "lengthSeconds": "0"}), Reason.LIVE),
        (Video(ID, claims={"isUpcoming": True},
               playability=unplayable("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")), Reason.UPCOMING),
    ],
)  # fmt: skip
async def test_what_youtube_says_of_the_video_reaches_the_person(
    site: YouTubeStandIn, output: Path, video: Video, reason: Reason
) -> None:
    site.add(video)
    assert (await refused(output)).reason is reason
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
