"""Troubles of YouTube through the whole worker: the right reason, few requests, and the next song works."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.terminal.watch import changes
from bot.texts import LANGUAGES, sentence
from jobs.failures import Failure, Reason
from jobs.models import Format, Order, Request, YouTube
from jobs.progress import RequestPhase
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.peers.videos import NOT_A_BOT, Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.running import PATIENCE
from tests.weights import models_dir
from tests.worker.track_fixture import ask, seen, worker_process

__all__ = ["models_dir"]

US = Reason.YOUTUBE_REFUSED
#: Reasons for no answer: one provider may use up the time of the other.
SILENCE = {Reason.STALLED, Reason.NETWORK, Reason.TIMED_OUT, US}
#: Reasons of the connection to YouTube, not of the video: an upload is offered instead.
OFFERED = {US, Reason.STALLED, Reason.NETWORK, Reason.TIMED_OUT}

PRIVATE = unplayable("LOGIN_REQUIRED", "Private video")
GONE = unplayable("ERROR", "Video unavailable")
PREMIERE = unplayable("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")

Stories = dict[str, tuple[Video, set[Reason]]]

QUICK: Stories = {
    "bot check": (Video("botcheckboA", playability=NOT_A_BOT), {US}),
    "too many requests": (Video("toomanyreqA", trouble=Trouble.PLAYER_429), {US}),
    "forbidden": (Video("forbiddenfA", trouble=Trouble.PLAYER_403), {US}),
    "consent": (Video("consentconA", trouble=Trouble.CONSENT), {US}),
    "another video": (Video("anothervidA", trouble=Trouble.WRONG_ID), {US}),
    "media forbidden": (Video("mediaforbiA", trouble=Trouble.MEDIA_403), {US}),
    "a page instead of media": (Video("pageinsteaA", trouble=Trouble.MEDIA_HTML), {US}),
    "media do not decode": (Video("junkjunkjuA", trouble=Trouble.MEDIA_JUNK), {US}),
    "shorter than it said": (Video("shortershoA", trouble=Trouble.OTHER_LENGTH, seconds=30), {US}),
    "private": (Video("privateprvA", playability=PRIVATE), {Reason.PRIVATE}),
    "gone": (Video("gonegonegoA", playability=GONE), {Reason.REMOVED}),
    "live": (
        Video("livelivelvA", claims={"isLive": True, "isLiveContent": True, "lengthSeconds": "0"}),
        {Reason.LIVE},
    ),
    "premiere": (Video("premierepvA", claims={"isUpcoming": True}, playability=PREMIERE), {Reason.UPCOMING}),
    "too long": (Video("toolongtooA", claims={"lengthSeconds": "4000"}), {Reason.TOO_LONG}),
}
SLOW: Stories = {
    "media stand still": (Video("standstillA", trouble=Trouble.MEDIA_STALL), SILENCE),
    "media trickle": (Video("trickletrkA", trouble=Trouble.MEDIA_TRICKLE), SILENCE),
    "no answer": (Video("noanswernoA", trouble=Trouble.PLAYER_SILENT), SILENCE),
}
DEADLINE = 8  # seconds for a download without an answer


@dataclass
class Studio:
    """One worker, and its requests to YouTube."""

    queue: JobQueue
    store: FolderStore
    site: YouTubeStandIn
    failures: dict[str, Failure] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    async def meet(self, stories: Stories) -> None:
        """Requests a video of each trouble in turn, by every provider."""
        for name, (video, reasons) in stories.items():
            await self.queue.redis.delete(keys.PROVIDERS)
            asked, began = len(self.site.requests), time.monotonic()
            request = ask(YouTube(video_id=self.site.add(video).video_id))
            assert await self.until_over(request) is RequestPhase.FAILED, name
            self.seconds[name], self.requests[name] = time.monotonic() - began, len(self.site.requests) - asked
            failure = (await seen(self.queue, request)).failure
            assert failure is not None
            assert failure.reason in reasons, (name, failure)
            assert (await self.store.read(request.track_id)).manifest is None, (
                f"{name}: nothing unverified is there to be delivered"
            )
            self.failures[name] = failure

    async def until_over(self, request: Request) -> RequestPhase:
        await self.queue.submit(request)
        async for view in changes(self.queue, request.id):
            last = view.phase
        return last


@asynccontextmanager
async def studio(
    queue: JobQueue, store: FolderStore, url: SecretStr, data: Path, models: Path, **more: str
) -> AsyncIterator[Studio]:
    settings = Settings(_env_file=None, data=data, store=store.root.as_uri(), models=models)
    with YouTubeStandIn() as site:
        async with worker_process(settings, url, **site.environment, **more):
            yield Studio(queue, store, site)


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_the_next_song_works_after_any_trouble(
    queue: JobQueue,
    store: FolderStore,
    tmp_path: Path,
    models_dir: Path,
    valkey_server: SecretStr,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with asyncio.timeout(2 * PATIENCE), studio(queue, store, valkey_server, tmp_path, models_dir) as quick:
        await quick.meet(QUICK)
        good = quick.site.add(Video("jNQXAC9IVRw", title="Some Band - A Song"))
        song = ask(YouTube(video_id=good.video_id), Order(format=Format.FLAC))
        await queue.redis.delete(keys.PROVIDERS)
        assert await quick.until_over(song) is RequestPhase.READY, "the slot is free, and YouTube not given up"
        assert (await store.read(song.track_id)).manifest is not None
    impatient = {"FLBT_STALL_TIMEOUT": "3", "FLBT_FETCH_TIMEOUT": str(DEADLINE)}
    async with (
        asyncio.timeout(2 * PATIENCE),
        studio(queue, store, valkey_server, tmp_path, models_dir, **impatient) as slow,
    ):
        await slow.meet(SLOW)
    requests, failures = quick.requests | slow.requests, quick.failures | slow.failures
    with capsys.disabled():
        most = max(requests, key=lambda name: requests[name])
        print(  # noqa: T201 - the figures of docs/reliability.md
            f"\nYouTube: {len(failures)} kinds of trouble, at most {requests[most]} requests for one song ({most});"
            f" the slot was free again after at most {max(quick.seconds.values()):.1f} s, and {DEADLINE} s given for"
            f" what never comes, after {max(slow.seconds.values()):.1f} s"
        )
    assert max(requests.values()) < 50
    for failure in failures.values():
        words = [sentence(failure, language) for language in LANGUAGES]
        assert all(words)
        assert "audio file" in words[0] or failure.reason not in OFFERED, words[0]
    # The next worker would sweep leftovers of the worker that was killed at the end.
    store.workspace.sweep()
    assert list((store.root / "work").iterdir()) == []
