"""What a worker learns of a song is stored for all of its requests."""

import asyncio

from jobs.process.tasks import cancel_and_wait
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask
from worker.child.messages import Step
from worker.reporter import Reporter


async def test_a_title_stays_when_the_request_is_cancelled(queue: JobQueue) -> None:
    track_queue = TrackQueue(queue.redis, "worker-1")
    request = ask()
    await queue.submit(request)
    track = await track_queue.begin(request.track_id)
    assert track is not None
    reporter = Reporter(track_queue, track.id, track.source)
    publishing = asyncio.create_task(reporter.publish_until_abandoned())
    reporter.step(Step(title="Creep", artist="Radiohead", seconds=239))
    async with asyncio.timeout(60):
        while (view := await queue.view(request.id)) is None or view.called is None:
            await asyncio.sleep(0.05)
    await queue.cancel(request.id)
    await cancel_and_wait(publishing)
    view = await queue.view(request.id)
    assert view is not None
    assert view.called is not None
    assert (view.called.title, view.called.artist, view.called.seconds) == ("Creep", "Radiohead", 239)


async def test_the_size_of_fetched_weights_is_told_until_the_work_begins(queue: JobQueue) -> None:
    track_queue = TrackQueue(queue.redis, "worker-1")
    request = ask()
    await queue.submit(request)
    track = await track_queue.begin(request.track_id)
    assert track is not None
    reporter = Reporter(track_queue, track.id, track.source)
    publishing = asyncio.create_task(reporter.publish_until_abandoned())
    for step in (Step(note="model", fraction=0.5, bytes_=146_000_000), Step(fraction=0.1)):
        reporter.step(step)
        async with asyncio.timeout(60):
            while (view := await queue.view(request.id)) is None or view.progress is None or (
                (view.progress.fraction, view.progress.bytes_) != (step.fraction, step.bytes_)
            ):  # fmt: skip
                await asyncio.sleep(0.05)
    await cancel_and_wait(publishing)
