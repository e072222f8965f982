"""The queue's promises on a real Valkey: accepted once, shared, cancelled, never lost."""

from jobs.failures import Failure, Reason
from jobs.models import Encoding, Format, Order, Package, Rendition
from jobs.progress import Progress, RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from tests.jobs.requests import SONG, ask, seen


async def test_a_request_is_accepted_once_however_often_its_message_arrives(queue: JobQueue) -> None:
    request = ask()
    assert await queue.submit(request)
    assert not await queue.submit(request)
    assert await queue.size() == 1
    assert [view.request for view in await queue.attended("test")] == [request]
    assert (await seen(queue, request)).phase is RequestPhase.WAITING


async def test_two_requests_share_one_job_and_both_are_settled(queue: JobQueue, track_queue: TrackQueue) -> None:
    ana, bo = ask("ana"), ask("bo", order=Order(format=Format.FLAC, package=Package.ZIP))
    await queue.submit(ana)
    track = await track_queue.begin(ana.track_id)
    assert track is not None
    assert (track.source, track.model, track.starts) == (SONG, ana.order.model, 1)
    made = await track_queue.wanted(track.id)
    await queue.submit(bo)
    assert await queue.size() == 1
    assert not await track_queue.ready(track.id, made), "bo's zip was asked for meanwhile"
    assert await track_queue.ready(track.id, await track_queue.wanted(track.id))
    assert [view.phase for view in await queue.views([ana.id, bo.id])] == [RequestPhase.READY, RequestPhase.READY]
    assert await queue.redis.keys("flbt:*:" + track.id) == [keys.track(track.id).encode()]


async def test_a_waiting_request_may_change_its_renditions_and_others_keep_theirs(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    ana, bo = ask("ana"), ask("bo")
    small = Rendition(encoding=Encoding(format=Format.MP3, kbps=192))
    await queue.submit(ana)
    await queue.submit(bo)
    track = await track_queue.begin(ana.track_id)
    assert track is not None
    for _ in range(2):
        assert await queue.revise(ana, [small])
        assert await track_queue.wanted(track.id) == [small]
    assert await track_queue.ready(track.id, [small])
    assert not await queue.revise(ana, [small]), "it does not wait any more"
    assert await queue.want(bo, bo.order.renditions)
    assert await queue.revise(bo, [])
    assert await track_queue.begin(bo.track_id) is not None
    assert await track_queue.wanted(track.id) == []
    assert not await queue.revise(ask("cy"), [small]), "nobody knows it"
    assert await track_queue.ready(track.id, [])
    assert await queue.redis.keys("flbt:*:" + track.id) == [keys.track(track.id).encode()]


async def test_progress_can_be_read_later(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    progress = Progress(stage=TrackStage.SEPARATING, fraction=0.5, title="Song")
    assert await track_queue.report(request.track_id, progress)
    view = await seen(queue, request)
    assert view.progress == progress
    assert view.ahead is None


async def test_a_failure_reaches_every_follower_and_the_next_try_is_new(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    ana, bo = ask("ana"), ask("bo")
    await queue.submit(ana)
    await queue.submit(bo)
    await track_queue.begin(ana.track_id)
    failure = Failure(reason=Reason.PRIVATE, detail="said the site")
    await track_queue.fail(ana.track_id, failure)
    for request in (ana, bo):
        view = await seen(queue, request)
        assert (view.phase, view.failure) == (RequestPhase.FAILED, failure)
        assert view.closed_at is not None
    again = ask("ana", message="2")
    await queue.submit(again)
    assert (await seen(queue, again)).phase is RequestPhase.WAITING
    track = await track_queue.begin(again.track_id)
    assert track is not None
    assert track.starts == 1


async def test_cancelling_a_queued_track_takes_it_out_of_the_queue(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    assert await queue.cancel(request.id)
    assert not await queue.cancel(request.id), "it is cancelled already"
    assert await queue.size() == 0
    assert await track_queue.begin(request.track_id) is None
    again = ask(message="2")
    await queue.submit(again)
    assert await queue.size() == 1
    assert await track_queue.begin(again.track_id) is not None


async def test_cancelling_a_running_track_tells_the_worker_unless_others_wait(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    ana, bo = ask("ana"), ask("bo")
    await queue.submit(ana)
    await queue.submit(bo)
    await track_queue.begin(ana.track_id)
    await queue.cancel(ana.id)
    assert await track_queue.report(ana.track_id, Progress()), "bo still waits"
    await queue.cancel(bo.id)
    assert not await track_queue.report(ana.track_id, Progress())
    assert await track_queue.abandon(ana.track_id)
    assert [view.phase for view in await queue.views([ana.id, bo.id])] == [
        RequestPhase.CANCELLED,
        RequestPhase.CANCELLED,
    ]


async def test_coming_back_to_a_track_that_is_being_abandoned_keeps_it(
    queue: JobQueue, track_queue: TrackQueue
) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await queue.cancel(request.id)
    await queue.submit(ask(message="2"))
    assert not await track_queue.abandon(request.track_id)


async def test_a_held_request_waits_for_its_file(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    assert await queue.hold(request)
    assert (await seen(queue, request)).phase is RequestPhase.RECEIVING
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
    assert (await seen(queue, request)).phase is RequestPhase.CANCELLED


async def test_a_request_that_fails_keeps_its_reason_and_closes_once(queue: JobQueue) -> None:
    request, why = ask(), Failure(reason=Reason.UNSENDABLE, values={"bytes": 9})
    await queue.submit(request)
    assert await queue.fail(request.id, why)
    assert not await queue.fail(request.id, Failure(reason=Reason.INTERNAL))
    assert not await queue.cancel(request.id)
    view = await seen(queue, request)
    assert (view.phase, view.failure) == (RequestPhase.FAILED, why)
    assert await queue.size() == 0, "nobody waits for it any more"


async def test_delivery_phases_move_forward_and_cancel_wins(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    assert not await queue.sending(request.id), "it is not ready"
    await track_queue.begin(request.track_id)
    await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    assert await queue.sending(request.id)
    assert await queue.sending(request.id), "a restart goes on"
    await queue.cancel(request.id)
    assert not await queue.done(request.id)
    assert (await seen(queue, request)).phase is RequestPhase.CANCELLED


async def test_a_request_goes_back_to_its_track_for_another_rendition(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    await track_queue.begin(request.track_id)
    await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    await queue.sending(request.id)
    smaller = Rendition(encoding=Encoding(format=Format.M4A))
    assert await queue.want(request, [smaller])
    assert (await seen(queue, request)).phase is RequestPhase.WAITING
    assert await queue.size() == 1
    track = await track_queue.begin(request.track_id)
    assert track is not None
    assert await track_queue.wanted(track.id) == [smaller]
    await track_queue.ready(request.track_id, [smaller])
    await queue.cancel(request.id)
    assert not await queue.want(request, [smaller])


async def test_a_finished_request_can_be_opened_to_send_a_part_again(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    await queue.submit(request)
    assert not await queue.reopen(request), "it is not done"
    await track_queue.begin(request.track_id)
    await track_queue.ready(request.track_id, await track_queue.wanted(request.track_id))
    await queue.sending(request.id)
    await queue.done(request.id)
    finished = (await seen(queue, request)).closed_at
    await queue.let_go(request.id, "test")
    assert await queue.reopen(request)
    assert (await seen(queue, request)).phase is RequestPhase.SENDING
    assert [view.request for view in await queue.attended("test")] == [request]
    assert await queue.redis.ttl(keys.request(request.id)) == -1
    await queue.done(request.id)
    assert (await seen(queue, request)).closed_at == finished, "the song was done then"


async def test_the_ledger_remembers(queue: JobQueue) -> None:
    await queue.note_part("0" * 16, "stems-mp3", '{"sent":true}')
    assert await queue.parts("0" * 16) == {"stems-mp3": '{"sent":true}'}


async def test_a_request_is_attended_until_its_card_is_final(queue: JobQueue) -> None:
    request = ask()
    await queue.submit(request)
    await queue.set_card(request.id, "card-7")
    await queue.cancel(request.id)
    assert [view.card for view in await queue.attended("test")] == ["card-7"]
    await queue.let_go(request.id, "test")
    assert await queue.attended("test") == []
    assert [view.phase for view in await queue.recent("test:ana")] == [RequestPhase.CANCELLED]


async def test_a_reopened_request_stays_attended(queue: JobQueue, track_queue: TrackQueue) -> None:
    request = ask()
    assert await queue.hold(request, phase=RequestPhase.READY)
    assert not await queue.hold(request, phase=RequestPhase.READY)
    assert await queue.size() == 0, "no worker is needed"
    await queue.sending(request.id)
    await queue.done(request.id)
    assert await queue.reopen(request)
    await queue.let_go(request.id, "test")
    assert [view.phase for view in await queue.attended("test")] == [RequestPhase.SENDING]
    await queue.done(request.id)
    await queue.let_go(request.id, "test")
    assert await queue.attended("test") == []


async def test_cancelling_a_held_request_leaves_nothing(queue: JobQueue) -> None:
    request = ask()
    await queue.hold(request, phase=RequestPhase.READY)
    assert await queue.cancel(request.id)
    assert await queue.redis.keys(f"flbt:*{request.track_id}*") == []
