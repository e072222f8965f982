"""Downloads through the real child, one or several at once, and how they end."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Failure, Reason
from jobs.models import YouTube
from jobs.youtube import Provider
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from worker.audio.reading import open_song
from worker.child import Step, run_child
from worker.tasks import Fetched, FetchTask

ID = "dQw4w9WgXcQ"

#: Processes at once: each spends its time loading libraries.
AT_ONCE = 3


async def fetch(
    output: Path,
    video_id: str = ID,
    *,
    provider: Provider = Provider.PYTUBEFIX,
    module: str = "worker.sources",
    max_seconds: float = 600,
    steps: list[Step] | None = None,
    cookies: Path | None = None,
    proxy: SecretStr | None = None,
) -> Fetched:
    task = FetchTask(
        source=YouTube(video_id=video_id), output=output, max_seconds=max_seconds, provider=provider,
        cookies=cookies, proxy=proxy,
    )  # fmt: skip
    heard = [] if steps is None else steps
    return await run_child(module, task, Fetched, heard.append, deadline=60, stall=30)


async def refused(output: Path, video_id: str = ID, **how: object) -> Failure:
    """How a download fails. Whatever the cause, nothing is left behind."""
    with pytest.raises(Failed) as caught:
        await fetch(output, video_id, **how)  # type: ignore[arg-type]  # passed through
    assert list(output.iterdir()) == []
    return caught.value.failure


async def fates(
    site: YouTubeStandIn, tmp_path: Path, videos: Iterable[Video], **how: object
) -> Mapping[str, tuple[Reason | None, int]]:
    """How the downloads of several videos end, None for well, and after how many requests to the site; by id."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def meet(video: Video) -> tuple[Reason | None, int]:
        site.add(video)
        folder = tmp_path / video.video_id
        folder.mkdir()
        reason = None
        async with turns:
            try:
                fetched = await fetch(folder, video.video_id, **how)  # type: ignore[arg-type]  # passed through
            except Failed as failed:
                reason = failed.failure.reason
                assert list(folder.iterdir()) == []
        if reason is None:
            assert_is_song(fetched, video.seconds)
        return reason, len([asked for asked in site.requests if asked.video_id == video.video_id])

    async with asyncio.TaskGroup() as group:  # when one fails, the others' processes end before the loop does
        meeting = {video.video_id: group.create_task(meet(video)) for video in videos}
    return {video_id: task.result() for video_id, task in meeting.items()}


def assert_is_song(fetched: Fetched, seconds: float) -> None:
    with open_song(fetched.audio) as opened:
        samples = sum(len(block) for block in opened.blocks())
    assert samples / 44100 == pytest.approx(seconds, abs=0.1)
    assert fetched.seconds == pytest.approx(seconds, abs=0.1)
