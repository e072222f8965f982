"""A request as the terminal watches it: from accepted to ready."""

from bot.terminal.watch import changes
from jobs.progress import Progress, RequestPhase, TrackStage
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask


async def test_watching_ends_with_the_request(queue: JobQueue) -> None:
    track_queue = TrackQueue(queue.redis, "worker-1")
    request = ask()
    await queue.submit(request)
    phases = []
    async for view in changes(queue, request.id, every=0.01):
        phases.append(view.phase)
        if view.progress is None:
            await track_queue.begin(request.track_id)
            await track_queue.report(request.track_id, Progress(stage=TrackStage.FETCHING))
        else:
            await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    assert phases == [RequestPhase.WAITING, RequestPhase.WAITING, RequestPhase.READY]
