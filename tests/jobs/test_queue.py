"""The queue's promises on a real Valkey: accepted once, shared, cancelled, never lost."""

import time

import pytest
from arq.constants import in_progress_key_prefix

from jobs import keys, shelf
from jobs.connection import answer
from jobs.desk import Desk
from jobs.failures import Failure, Reason
from jobs.limits import Limits, TooManyOpen
from jobs.models import Format, Package, Rendition, Request, Wish, YouTube, request_id
from jobs.outcomes import Lane, Phase, Progress, Stage, View
from jobs.queue import JobQueue

SONG = YouTube(video_id="dQw4w9WgXcQ")
OTHER = YouTube(video_id="jNQXAC9IVRw")


def ask(who: str = "ana", source: YouTube = SONG, wish: Wish | None = None, message: str = "1") -> Request:
    chat = f"test:{who}"
    return Request(
        id=request_id(chat, message, source),
        platform="test",
        chat=chat,
        asker=chat,
        source=source,
        wish=wish or Wish(),
        created_at=time.time(),
    )


async def seen(queue: JobQueue, request: Request) -> View:
    view = await queue.view(request.id)
    assert view is not None
    return view


@pytest.fixture
def desk(queue: JobQueue) -> Desk:
    return Desk(queue.redis, "worker-1")


async def test_a_request_is_accepted_once_however_often_its_message_arrives(queue: JobQueue) -> None:
    request = ask()
    assert await queue.submit(request)
    assert not await queue.submit(request)
    assert await queue.size() == 1
    assert [view.request for view in await queue.attended("test")] == [request]
    assert (await seen(queue, request)).phase is Phase.WAITING


async def test_positions_count_tracks_not_requests(queue: JobQueue) -> None:
    first, joined, second = ask("ana"), ask("bo"), ask("bo", OTHER)
    for request in (first, joined, second):
        await queue.submit(request)
    assert [view.ahead for view in await queue.views([first.id, joined.id, second.id])] == [0, 0, 1]


async def test_two_askers_share_one_job_and_both_hear_the_end(queue: JobQueue, desk: Desk) -> None:
    ana, bo = ask("ana"), ask("bo", wish=Wish(format=Format.FLAC, package=Package.ZIP))
    await queue.submit(ana)
    track = await desk.begin(ana.track_id)
    assert track is not None
    assert (track.source, track.model, track.starts) == (SONG, ana.wish.model, 1)
    made = await desk.wanted(track.id)
    await queue.submit(bo)
    assert await queue.size() == 1
    assert not await desk.ready(track.id, made), "bo's zip was asked for meanwhile"
    assert await desk.ready(track.id, await desk.wanted(track.id))
    assert [view.phase for view in await queue.views([ana.id, bo.id])] == [Phase.READY, Phase.READY]
    assert await queue.redis.keys("flbt:*:" + track.id) == [keys.track(track.id).encode()]


async def test_who_waits_may_ask_for_other_renditions_and_others_who_lose_theirs_ask_again(
    queue: JobQueue, desk: Desk
) -> None:
    ana, bo = ask("ana"), ask("bo")
    small = Rendition(kind="stems", format=Format.MP3, kbps=192)
    await queue.submit(ana)
    await queue.submit(bo)
    track = await desk.begin(ana.track_id)
    assert track is not None
    for _ in range(2):
        assert await queue.revise(ana, [small])
        assert await desk.wanted(track.id) == [small]
    assert await desk.ready(track.id, [small])
    assert not await queue.revise(ana, [small]), "it does not wait any more"
    assert await queue.want(bo, bo.wish.renditions)
    assert await queue.revise(bo, [])
    assert await desk.begin(bo.track_id) is not None
    assert await desk.wanted(track.id) == []
    assert not await queue.revise(ask("cy"), [small]), "nobody knows it"
    assert await desk.ready(track.id, [])
    assert await queue.redis.keys("flbt:*:" + track.id) == [keys.track(track.id).encode()]


async def test_progress_is_state_that_anybody_may_read_late(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    progress = Progress(stage=Stage.SEPARATING, fraction=0.5, title="Song")
    assert await desk.report(request.track_id, progress)
    view = await seen(queue, request)
    assert view.progress == progress
    assert view.ahead is None


async def test_a_failure_reaches_every_follower_and_the_next_try_is_new(queue: JobQueue, desk: Desk) -> None:
    ana, bo = ask("ana"), ask("bo")
    await queue.submit(ana)
    await queue.submit(bo)
    await desk.begin(ana.track_id)
    failure = Failure(reason=Reason.PRIVATE, detail="said the site")
    await desk.fail(ana.track_id, failure)
    for request in (ana, bo):
        view = await seen(queue, request)
        assert (view.phase, view.failure) == (Phase.FAILED, failure)
        assert view.closed_at is not None
    again = ask("ana", message="2")
    await queue.submit(again)
    assert (await seen(queue, again)).phase is Phase.WAITING
    track = await desk.begin(again.track_id)
    assert track is not None
    assert track.starts == 1


async def test_cancelling_a_queued_track_takes_it_out_of_the_queue(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    assert await queue.cancel(request.id)
    assert not await queue.cancel(request.id), "it is cancelled already"
    assert await queue.size() == 0
    assert await desk.begin(request.track_id) is None
    again = ask(message="2")
    await queue.submit(again)
    assert await queue.size() == 1
    assert await desk.begin(again.track_id) is not None


async def test_cancelling_a_running_track_tells_the_worker_unless_others_wait(queue: JobQueue, desk: Desk) -> None:
    ana, bo = ask("ana"), ask("bo")
    await queue.submit(ana)
    await queue.submit(bo)
    await desk.begin(ana.track_id)
    await queue.cancel(ana.id)
    assert await desk.report(ana.track_id, Progress()), "bo still waits"
    await queue.cancel(bo.id)
    assert not await desk.report(ana.track_id, Progress())
    assert await desk.abandon(ana.track_id)
    assert [view.phase for view in await queue.views([ana.id, bo.id])] == [Phase.CANCELLED, Phase.CANCELLED]


async def test_coming_back_to_a_track_that_is_being_abandoned_keeps_it(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    await queue.cancel(request.id)
    await queue.submit(ask(message="2"))
    assert not await desk.abandon(request.track_id)


async def test_a_held_request_waits_for_its_file(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    assert await queue.hold(request)
    assert (await seen(queue, request)).phase is Phase.RECEIVING
    assert await queue.size() == 0
    await queue.release(request)
    await queue.release(request)
    assert await queue.size() == 1


async def test_a_cancelled_upload_is_not_queued_when_its_file_arrives(queue: JobQueue) -> None:
    request = ask()
    await queue.hold(request)
    await queue.cancel(request.id)
    await queue.release(request)
    assert await queue.size() == 0
    assert (await seen(queue, request)).phase is Phase.CANCELLED


async def test_delivery_phases_move_one_way_and_cancel_wins(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    assert not await queue.sending(request.id), "it is not ready"
    await desk.begin(request.track_id)
    await desk.ready(request.track_id, await desk.wanted(request.track_id))
    assert await queue.sending(request.id)
    assert await queue.sending(request.id), "a restart goes on"
    await queue.cancel(request.id)
    assert not await queue.done(request.id)
    assert (await seen(queue, request)).phase is Phase.CANCELLED


async def test_a_request_goes_back_to_its_track_for_another_rendition(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    await desk.ready(request.track_id, await desk.wanted(request.track_id))
    await queue.sending(request.id)
    smaller = Rendition(kind="stems", format=Format.M4A)
    assert await queue.want(request, [smaller])
    assert (await seen(queue, request)).phase is Phase.WAITING
    assert await queue.size() == 2, "the finished attempt, which only arq takes away, and the new one"
    track = await desk.begin(request.track_id)
    assert track is not None
    assert await desk.wanted(track.id) == [smaller]
    await desk.ready(request.track_id, [smaller])
    await queue.cancel(request.id)
    assert not await queue.want(request, [smaller])


async def test_a_finished_request_can_be_opened_to_send_a_part_again(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    assert not await queue.reopen(request), "it is not done"
    await desk.begin(request.track_id)
    await desk.ready(request.track_id, await desk.wanted(request.track_id))
    await queue.sending(request.id)
    await queue.done(request.id)
    finished = (await seen(queue, request)).closed_at
    await queue.let_go(request.id, "test")
    assert await queue.reopen(request)
    assert (await seen(queue, request)).phase is Phase.SENDING
    assert [view.request for view in await queue.attended("test")] == [request]
    assert await queue.redis.ttl(keys.request(request.id)) == -1
    await queue.done(request.id)
    assert (await seen(queue, request)).closed_at == finished, "the song was done then"


async def test_a_dead_workers_track_is_freed_by_the_next(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    job = keys.job(request.track_id, 0)
    await queue.redis.set(in_progress_key_prefix + job, b"1")
    next_worker = Desk(queue.redis, "worker-2")
    assert await next_worker.recover() == [], "the lease still holds"
    assert await next_worker.begin(request.track_id) is None
    await queue.redis.delete(keys.lease(request.track_id))
    assert await next_worker.recover() == [request.track_id]
    assert not await queue.redis.exists(in_progress_key_prefix + job)
    track = await next_worker.begin(request.track_id)
    assert track is not None
    assert track.starts == 2
    assert await desk.ready(request.track_id, await desk.wanted(request.track_id)), "the dead man's word counts no more"
    assert (await seen(queue, request)).phase is Phase.WAITING


async def test_handing_back_does_not_count_as_a_start(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    await desk.hand_back(request.track_id)
    track = await desk.begin(request.track_id)
    assert track is not None
    assert track.starts == 1


async def test_an_accepted_request_whose_job_was_never_queued_is_queued_by_recovery(
    queue: JobQueue, desk: Desk
) -> None:
    request = ask()
    await queue.submit(request)
    await queue.redis.delete(keys.QUEUE, "arq:job:" + keys.job(request.track_id, 0))
    assert await queue.size() == 0
    await desk.recover()
    assert await queue.size() == 1


async def test_the_heartbeat_keeps_a_lease(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    await desk.begin(request.track_id)
    await queue.redis.pexpire(keys.lease(request.track_id), 50)
    await desk.beat()
    assert await queue.redis.pttl(keys.lease(request.track_id)) > 5000
    assert await queue.workers() == ["worker-1"]
    await desk.leave()
    assert await queue.workers() == []


async def test_the_ledger_and_known_files_remember(queue: JobQueue) -> None:
    await queue.note_part("0" * 16, "stems-mp3", '{"sent":true}')
    assert await queue.parts("0" * 16) == {"stems-mp3": '{"sent":true}'}
    await shelf.remember_files(queue.redis, "test", {"t/stems-mp3/vocals.mp3": "file-1"})
    assert await shelf.known_files(queue.redis, "test", ["t/stems-mp3/vocals.mp3", "t/x"]) == {
        "t/stems-mp3/vocals.mp3": "file-1"
    }


async def test_a_card_is_attended_until_it_is_let_go(queue: JobQueue) -> None:
    request = ask()
    await queue.submit(request)
    await queue.set_card(request.id, "card-7")
    await queue.cancel(request.id)
    assert [view.card for view in await queue.attended("test")] == ["card-7"]
    await queue.let_go(request.id, "test")
    assert await queue.attended("test") == []
    assert [view.phase for view in await queue.recent("test:ana")] == [Phase.CANCELLED]


async def test_follow_ends_with_the_request(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    await queue.submit(request)
    phases = []
    async for view in queue.follow(request.id, every=0.01):
        phases.append(view.phase)
        if view.progress is None:
            await desk.begin(request.track_id)
            await desk.report(request.track_id, Progress(stage=Stage.FETCHING))
        else:
            await desk.ready(request.track_id, await desk.wanted(request.track_id))
    assert phases == [Phase.WAITING, Phase.WAITING, Phase.READY]


# --- turns, limits, waits --------------------------------------------------------------------------------------


def songs(count: int, first: int = 0) -> list[YouTube]:
    return [YouTube(video_id=f"{number:010d}A") for number in range(first, first + count)]


async def order(queue: JobQueue, asked: dict[str, Request]) -> list[str]:
    """Names of the requests in the order in which arq will take them."""
    tracks = {request.track_id: name for name, request in asked.items()}
    return [tracks[job.decode().partition(".")[0]] for job in await queue.redis.zrange(keys.QUEUE, 0, -1)]


async def test_chats_take_turns(queue: JobQueue, desk: Desk) -> None:
    asked = {}
    for who, sources in (("ana", songs(4)), ("bo", songs(2, 10)), ("cy", songs(1, 20))):
        for number, source in enumerate(sources):
            asked[f"{who}{number}"] = ask(who, source)
            await queue.submit(asked[f"{who}{number}"])
    assert await order(queue, asked) == ["ana0", "bo0", "cy0", "ana1", "bo1", "ana2", "ana3"]


async def test_a_newcomer_waits_for_the_round_in_work_only(queue: JobQueue, desk: Desk) -> None:
    asked = {f"ana{number}": ask("ana", source) for number, source in enumerate(songs(4))}
    for request in asked.values():
        await queue.submit(request)
    for name in ("ana0", "ana1"):
        await desk.begin(asked[name].track_id)
        await desk.ready(asked[name].track_id, await desk.wanted(asked[name].track_id))
        await queue.redis.zrem(keys.QUEUE, keys.job(asked[name].track_id, 0))
    await desk.begin(asked["ana2"].track_id)
    asked["bo"] = ask("bo", songs(1, 10)[0])
    await queue.submit(asked["bo"])
    assert await order(queue, asked) == ["ana2", "bo", "ana3"]


async def test_who_joins_a_track_brings_it_into_an_earlier_turn(queue: JobQueue) -> None:
    asked = {f"ana{number}": ask("ana", source) for number, source in enumerate(songs(3))}
    for request in asked.values():
        await queue.submit(request)
    await queue.submit(ask("bo", songs(3)[2]))
    assert await order(queue, asked) == ["ana0", "ana2", "ana1"]
    await queue.submit(ask("ana", songs(3)[1], message="again"))
    assert await order(queue, asked) == ["ana0", "ana2", "ana1"], "asking twice gains nothing"


async def test_what_only_has_to_be_rendered_has_a_lane_of_its_own(queue: JobQueue) -> None:
    await queue.submit(ask("ana", songs(1)[0]))
    quick = ask("bo", songs(2)[1])
    await queue.submit(quick, quick=True)
    assert (await seen(queue, quick)).ahead == 0
    assert await queue.size() == 2
    assert await queue.cancel(quick.id)
    assert await queue.size() == 1
    track = ask("bo", songs(2)[1], message="2")
    await queue.submit(track, quick=True)
    assert await Desk(queue.redis, "worker-1-quick", Lane.QUICK).begin(track.track_id) is not None


async def test_open_requests_are_limited_per_person_and_per_chat(queue: JobQueue, desk: Desk) -> None:
    limits = Limits(person=2, chat=3)
    first, *others = songs(5)
    done = ask("ana", first)
    await queue.submit(done, limits)
    await desk.begin(done.track_id)
    await desk.fail(done.track_id, Failure(reason=Reason.PRIVATE))
    for source in others[:2]:
        await queue.submit(ask("ana", source), limits)
    with pytest.raises(TooManyOpen) as refused:
        await queue.submit(ask("ana", others[2]), limits)
    assert (refused.value.limit, refused.value.here) == (2, False)
    assert not await queue.submit(ask("ana", others[0]), limits), "a message that arrives twice is no new request"
    in_chat = [
        ask("ana", source).model_copy(update={"asker": f"test:{who}"})
        for source, who in zip(others[:3], "xyz", strict=True)
    ]
    with pytest.raises(TooManyOpen) as refused:
        for number, request in enumerate(in_chat[2:] + in_chat[:2]):
            await queue.submit(request.model_copy(update={"id": f"{number:016x}"}), limits)
    assert (refused.value.limit, refused.value.here) == (3, True)
    assert len(await queue.attended("test")) == 4


async def test_the_wait_is_guessed_from_what_tracks_took(queue: JobQueue, desk: Desk) -> None:
    running, second, third = (ask(who, source) for who, source in zip(("ana", "bo", "cy"), songs(3), strict=True))
    for request in (running, second, third):
        await queue.submit(request)
    assert (await seen(queue, third)).wait is None, "nobody knows yet"
    await answer(queue.redis.rpush(keys.TOOK, "20", "40", "30"))
    await desk.begin(running.track_id)
    await desk.report(running.track_id, Progress(stage=Stage.SEPARATING, fraction=0.5, seconds_left=12))
    await desk.beat()
    assert [view.wait for view in await queue.views([running.id, second.id, third.id])] == [None, 12, 42]
    await Desk(queue.redis, "worker-2").beat()
    assert (await seen(queue, third)).wait == 12 + 15
    await desk.ready(running.track_id, await desk.wanted(running.track_id))
    assert len(await answer(queue.redis.lrange(keys.TOOK, 0, -1))) == 4


async def test_what_is_open_again_is_not_let_go(queue: JobQueue, desk: Desk) -> None:
    request = ask()
    assert await queue.hold(request, phase=Phase.READY)
    assert not await queue.hold(request, phase=Phase.READY)
    assert await queue.size() == 0, "no worker is needed"
    await queue.sending(request.id)
    await queue.done(request.id)
    assert await queue.reopen(request)
    await queue.let_go(request.id, "test")
    assert [view.phase for view in await queue.attended("test")] == [Phase.SENDING]
    await queue.done(request.id)
    await queue.let_go(request.id, "test")
    assert await queue.attended("test") == []


async def test_what_was_sent_is_remembered_and_forgotten_by_track(queue: JobQueue) -> None:
    for track in ("a" * 24, "b" * 24):
        await shelf.remember_sent(queue.redis, "test", track, "stems-mp3", f"note of {track}")
        await shelf.remember_files(
            queue.redis, "test", {f"{track}/stems-mp3/{number}.mp3": "id" for number in range(1500)}
        )
    await shelf.forget_track(queue.redis, "test", "a" * 24)
    assert await shelf.sent_before(queue.redis, "test", "a" * 24, "stems-mp3") is None
    assert await shelf.sent_before(queue.redis, "test", "b" * 24, "stems-mp3") == f"note of {'b' * 24}"
    assert await answer(queue.redis.hlen(keys.known("test"))) == 1500
    assert 0 < await queue.redis.ttl(keys.sent("test", "b" * 24)) <= keys.KEEP_SENT


async def test_cancelling_what_never_reached_its_track_leaves_nothing_of_it(queue: JobQueue) -> None:
    request = ask()
    await queue.hold(request, phase=Phase.READY)
    assert await queue.cancel(request.id)
    assert await queue.redis.keys(f"flbt:*{request.track_id}*") == []
