"""What stays in Redis for good: a bounded number of keys, and what people chose."""

import re
import time

from jobs.failures import Failure, Reason
from jobs.models import YouTube
from jobs.queue import keys
from jobs.queue.recipe import Recipe, announce_recipe
from jobs.queue.requests import JobQueue
from jobs.queue.sent_files import SentFiles
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import OTHER, SONG, ask

#: Of one size however many people, chats and songs there are.
BOUNDED = {
    "flbt:turns:*", keys.WORKERS, keys.FRONTS, keys.RECIPE, keys.RECIPES, keys.TOOK, keys.RECOVERED_TO,
}  # fmt: skip


async def test_closed_requests_and_their_tracks_leave_nothing_for_good(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    """Done, failed, and cancelled before and in work."""
    await announce_recipe(queue.redis, Recipe(engine="unet", kbps=320))
    sent_files = SentFiles(queue.redis, "test")
    done, failed = ask("ana", SONG), ask("bo", OTHER)
    waited, begun = (ask("cy", YouTube(video_id=f"aaaaaaaaa{n}A")) for n in range(2))
    for request in (done, failed, waited, begun):
        await queue.submit(request)
    for request in (done, failed, begun):
        assert await track_queue.begin(request.track_id) is not None
    await track_queue.beat()
    assert await track_queue.ready(done.track_id, await track_queue.wanted(done.track_id))
    await track_queue.fail(failed.track_id, Failure(reason=Reason.PRIVATE))
    for request in (waited, begun):
        assert await queue.cancel(request.id)
    assert await track_queue.abandon(begun.track_id)
    assert await queue.sending(done.id)
    await queue.note_part(done.id, "0", "sent")
    await sent_files.remember({f"{done.track_id}/stems-mp3/vocals.mp3": "id"})
    await sent_files.hold(done.track_id, done.chat)
    await sent_files.keep_delivery(done.track_id, "mp3", "a plan")
    await sent_files.keep_picture(done.track_id, done.chat)
    assert await queue.done(done.id)
    await track_queue.recover()
    await queue.attended("test")
    for request in (done, failed, waited, begun):
        await queue.let_go(request.id, "test")
        # arq does this when the job has ended
        await queue.redis.delete("arq:job:" + keys.job(request.track_id, 0))
    stay = {
        re.sub(r"^(flbt:turns):.*", r"\1:*", key.decode())
        for key in await queue.redis.keys("*")
        if await queue.redis.ttl(key) == -1
    }
    assert stay <= BOUNDED, stay - BOUNDED
    assert await queue.redis.zcount(keys.WORKERS, time.time() - 60, "+inf") == 1
