"""Requesting a listing, on a real Valkey: once for all askers, and again when the answer is overdue."""

import pytest
from pydantic import ValidationError

from jobs.failures import Failure, Reason
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.listings import KEEP, KEEP_FAILED, OVERDUE, ask_listing, keep_listing, listing
from jobs.queue.requests import JobQueue
from jobs.youtube import ListedVideo, Listing

ID = "PLBB231211A4F62143"
FOUND = Listing(
    playlist_id=ID,
    title="Songs",
    entries=(
        ListedVideo(video_id="dQw4w9WgXcQ", title="One", seconds=200),
        ListedVideo(video_id="jNQXAC9IVRw", title="[Private video]", reason=Reason.PRIVATE),
        ListedVideo(video_id="aaaaaaaaaaA", title="Two"),
    ),
)


async def queued(queue: JobQueue) -> list[bytes]:
    return list(await queue.redis.zrange(keys.queue(Lane.QUICK), 0, -1))


async def test_asked_once_for_all_who_ask(queue: JobQueue) -> None:
    assert await ask_listing(queue, ID, "telegram:1")
    assert not await ask_listing(queue, ID, "telegram:2")
    assert len(await queued(queue)) == 1
    assert await listing(queue, ID) is None
    assert 0 < await queue.redis.ttl(keys.listing_asked(ID)) <= OVERDUE

    await keep_listing(queue.redis, FOUND)
    assert await listing(queue, ID) == FOUND
    assert not await ask_listing(queue, ID, "telegram:2"), "kept for a while"
    assert KEEP - 5 < await queue.redis.ttl(keys.listing(ID)) <= KEEP


async def test_an_overdue_answer_is_asked_for_again(queue: JobQueue) -> None:
    """The worker was killed: its begun job must not block a new one."""
    await ask_listing(queue, ID)
    await queue.redis.delete(keys.listing_asked(ID))  # expires
    assert await ask_listing(queue, ID)
    assert len(set(await queued(queue))) == 2


async def test_a_failure_is_kept_until_it_is_read(queue: JobQueue) -> None:
    failed = Listing(playlist_id=ID, failure=Failure(reason=Reason.NETWORK))
    await ask_listing(queue, ID)
    await keep_listing(queue.redis, failed)
    assert await listing(queue, ID) == failed
    assert 0 < await queue.redis.ttl(keys.listing(ID)) <= KEEP_FAILED
    await queue.redis.delete(keys.listing(ID))  # expires
    assert await ask_listing(queue, ID), "the first question was answered"


async def test_listings_and_tracks_take_turns(queue: JobQueue) -> None:
    """A chat with many listings does not delay another chat's first one."""
    for number in range(3):
        await ask_listing(queue, f"PLBB231211A4F6214{number}", "telegram:eager")
    await ask_listing(queue, ID, "telegram:late")
    assert [job.split(b".")[1].decode() for job in await queued(queue)][1] == ID


@pytest.mark.parametrize(
    "playlist_id",
    ["", "WL", "RDdQw4w9WgXcQ", "ULdQw4w9WgXcQ", "PL../../../etc", "PL" + "a" * 80, "PLBB231211A4F62143\n"],
)
async def test_ids_of_endless_or_invalid_playlists_are_refused(queue: JobQueue, playlist_id: str) -> None:
    with pytest.raises(ValidationError):
        await ask_listing(queue, playlist_id)
    assert await queued(queue) == []


async def test_an_editors_list_has_an_end(queue: JobQueue) -> None:
    assert await ask_listing(queue, "RDCLAK5uy_kmPRjHDECIcuVwnKsx2Ng7fyNgFKWNJFs")
    assert len(await queued(queue)) == 1


async def test_a_listing_of_an_earlier_version_is_read(queue: JobQueue) -> None:
    await queue.redis.set(keys.listing(ID), FOUND.model_dump_json()[:-1] + ',"total":3}')
    assert await listing(queue, ID) == FOUND
