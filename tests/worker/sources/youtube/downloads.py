"""Downloads through the real child, single or in a batch, and their results."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Failure, Reason
from jobs.models import YouTube
from jobs.youtube import Provider
from tests.peers.batch import Batch, Outcomes
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from worker.audio.reading import open_song
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import Fetched, FetchTask

ID = "dQw4w9WgXcQ"


async def fetch(
    output: Path,
    video_id: str = ID,
    *,
    provider: Provider = Provider.PYTUBEFIX,
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
    return await run_child("worker.sources", task, Fetched, heard.append, deadline=60, stall=30)


async def refused(output: Path, video_id: str = ID, **how: object) -> Failure:
    """The failure of a download, which must leave no files."""
    with pytest.raises(Failed) as caught:
        await fetch(output, video_id, **how)  # type: ignore[arg-type]  # passed through
    assert list(output.iterdir()) == []
    return caught.value.failure


@dataclass(frozen=True)
class Fate:
    """The result of a download, and the number of requests to the site for its video."""

    failure: Failure | None
    requests: int

    @property
    def reason(self) -> Reason | None:
        return self.failure.reason if self.failure else None


async def fates(
    site: YouTubeStandIn,
    tmp_path: Path,
    videos: Iterable[Video],
    provider: Provider = Provider.PYTUBEFIX,
    *,
    max_seconds: float = 600,
    impatient: bool = False,
) -> list[Fate]:
    """The results of downloads of several videos. Failed ones must leave no files."""
    tasks = []
    for video in (videos := list(videos)):
        site.add(video)
        folder = tmp_path / video.video_id
        folder.mkdir()
        source = YouTube(video_id=video.video_id)
        tasks.append(FetchTask(source=source, output=folder, max_seconds=max_seconds, provider=provider))
    batch = Batch(fetch=tuple(tasks), impatient=impatient)
    outcomes = await run_child("tests.peers.batch", batch, Outcomes, lambda step: None, deadline=200)
    met = []
    for video, task, outcome in zip(videos, tasks, outcomes.events, strict=True):
        if outcome.failure is None:
            assert_is_song(Fetched.model_validate_json(outcome.result or ""), video.seconds)
        else:
            assert list(task.output.iterdir()) == []
        requests = len([asked for asked in site.requests if asked.video_id == video.video_id])
        met.append(Fate(outcome.failure, requests))
    return met


def assert_is_song(fetched: Fetched, seconds: float) -> None:
    with open_song(fetched.audio) as opened:
        samples = sum(len(block) for block in opened.blocks())
    assert samples / 44100 == pytest.approx(seconds, abs=0.1)
    assert fetched.seconds == pytest.approx(seconds, abs=0.1)
