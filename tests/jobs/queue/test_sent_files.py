"""Files on a platform: ids of single files, deliveries by order, and their removal."""

from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.queue.sent_files import SentFiles, is_awaited
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import ask

ONE, OTHER = "a" * 16, "b" * 16
FILES = {
    f"{ONE}/stems-mp3/vocals.mp3": "id-1",
    f"{ONE}/zip-mp3/stems.zip": "id-2",
    f"{OTHER}/stems-mp3/vocals.mp3": "id-3",
}


async def test_files_are_known_by_platform_and_only_those_asked_for(queue: JobQueue) -> None:
    await SentFiles(queue.redis, "telegram").remember(FILES)
    await SentFiles(queue.redis, "telegram").remember({})
    names = list(FILES)
    assert await SentFiles(queue.redis, "telegram").known([*names[:2], "elsewhere"]) == dict(list(FILES.items())[:2])
    assert await SentFiles(queue.redis, "telegram").known([]) == {}
    assert await SentFiles(queue.redis, "discord").known(names) == {}


async def test_only_ids_of_lost_files_are_removed(queue: JobQueue) -> None:
    await SentFiles(queue.redis, "telegram").remember(FILES)
    first, *others = FILES
    await SentFiles(queue.redis, "telegram").forget(iter([first]))
    await SentFiles(queue.redis, "telegram").forget([])
    assert list(await SentFiles(queue.redis, "telegram").known(list(FILES))) == others


async def test_deliveries_are_kept_by_order_until_they_expire(queue: JobQueue) -> None:
    await SentFiles(queue.redis, "telegram").keep_delivery(ONE, "mp3", "a plan")
    await SentFiles(queue.redis, "telegram").keep_delivery(ONE, "flac", "another")
    assert await SentFiles(queue.redis, "telegram").delivery(ONE, "mp3") == "a plan"
    assert await SentFiles(queue.redis, "telegram").delivery(ONE, "wav") is None
    assert await SentFiles(queue.redis, "telegram").delivery(OTHER, "mp3") is None
    await queue.redis.expire(keys.sent("telegram", ONE), 60)
    await SentFiles(queue.redis, "telegram").keep_delivery(ONE, "mp3", "a newer plan")
    assert keys.KEEP_SENT - 60 < await queue.redis.ttl(keys.sent("telegram", ONE)) <= keys.KEEP_SENT
    assert await SentFiles(queue.redis, "telegram").delivery(ONE, "mp3") == "a newer plan"
    assert await SentFiles(queue.redis, "telegram").delivery(ONE, "flac") == "another"


async def test_a_track_is_forgotten_with_all_its_files_and_no_others(queue: JobQueue) -> None:
    many = {f"{ONE}/mix-{number}/mix.mp3": f"id-{number}" for number in range(3000)}
    await SentFiles(queue.redis, "telegram").remember(many | FILES)
    for track in (ONE, OTHER):
        await SentFiles(queue.redis, "telegram").keep_delivery(track, "mp3", "a plan")
    await SentFiles(queue.redis, "telegram").forget_track(ONE)
    assert await queue.redis.keys("flbt:files:*") == [keys.files("telegram", OTHER).encode()]
    assert list(await SentFiles(queue.redis, "telegram").known([*many, *FILES])) == [f"{OTHER}/stems-mp3/vocals.mp3"]
    assert await SentFiles(queue.redis, "telegram").delivery(ONE, "mp3") is None
    assert await SentFiles(queue.redis, "telegram").delivery(OTHER, "mp3") == "a plan"


async def test_a_track_is_awaited_from_the_first_request_to_the_end_of_its_job(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    request = ask()
    assert not await is_awaited(queue.redis, request.track_id)
    await queue.submit(request)
    assert await is_awaited(queue.redis, request.track_id)
    await track_queue.begin(request.track_id)
    assert await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    assert not await is_awaited(queue.redis, request.track_id)


async def test_ids_noted_by_version_0_1_0_are_used_and_carried_on_and_the_rest_expires(queue: JobQueue) -> None:
    """It kept all of a platform in one hash that never expired."""
    older, sent_files = keys.known("telegram"), SentFiles(queue.redis, "telegram")
    await answer(queue.redis.hset(older, mapping=dict(FILES)))
    first, second, other = FILES
    assert await sent_files.known([first, second]) == {first: "id-1", second: "id-2"}
    assert 0 < await queue.redis.ttl(older) <= keys.KEEP_SENT
    assert 0 < await queue.redis.ttl(keys.files("telegram", ONE)) <= keys.KEEP_SENT
    await sent_files.forget([second])
    await queue.redis.persist(older)
    await sent_files.forget_track(OTHER)
    assert await answer(queue.redis.hkeys(older)) == [first.encode()]
    await queue.redis.delete(older)
    assert await sent_files.known(list(FILES)) == {first: "id-1"}
    assert await sent_files.known([other]) == {}
