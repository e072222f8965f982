"""Damaged, huge or foreign data in the queue: bot and worker continue with the other requests."""

import asyncio
import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, JsonValue

from bot.delivery.planning.noted import Memo, PartNote
from bot.playlists.run import Run
from bot.telegram.address import Address
from jobs.failures import Failure, Reason
from jobs.models import Encoding, Format, Rendition, Request, YouTube
from jobs.parsing import parse_stored
from jobs.progress import Progress, RequestPhase
from jobs.queue import keys
from jobs.queue.connection import answer, deserialize
from jobs.queue.in_use import in_use
from jobs.queue.listings import listing
from jobs.queue.providers import standings
from jobs.queue.recipe import about_workers
from jobs.queue.requests import JobQueue
from jobs.queue.searches import hits
from jobs.queue.tracks import TrackQueue
from jobs.results import Manifest
from jobs.youtube import Hits, Listing, Provider, Standing, search_id
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, files
from tests.bot.telegram.conftest import rig, server
from tests.worker.track_fixture import ask, seen
from worker.child.messages import Event
from worker.child.tasks import FetchTask

__all__ = ["rig", "server"]

#: Everything that crosses from one process to another, or from one version to the next.
NOTES = (
    *(Request, Rendition, Manifest, Progress, Failure, Listing, Hits, Standing, Memo, PartNote, Run, Address),
    *(Event, FetchTask),
)
GARBAGE = (b"", b"{", b"null", b"[]", b'"word"', b"\xff\xfe\x00", b"[" * 100_000, b"9" * 100_000)

json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


async def put(queue: JobQueue, key: str, field: str, written: bytes) -> None:
    await answer(queue.redis.hset(key, mapping={field: written}))


@pytest.mark.parametrize("model", NOTES)
def test_garbage_is_nothing(model: type[BaseModel]) -> None:
    for written in (*GARBAGE, None):
        assert parse_stored(model, written) is None


@given(st.sampled_from(NOTES), st.binary() | st.text() | json_values.map(str))
def test_no_bytes_break_the_reader(model: type[BaseModel], written: bytes | str) -> None:
    noted = parse_stored(model, written)
    assert noted is None or isinstance(noted, model)


@st.composite
def damaged_requests(draw: st.DrawFn) -> bytes:
    """A request with some of its values replaced, missing, or new ones among them."""
    fields = ask(YouTube(video_id="dQw4w9WgXcQ")).model_dump(mode="json")
    for name in draw(st.lists(st.sampled_from([*fields]), max_size=3, unique=True)):
        fields.pop(name)
    changes = draw(st.dictionaries(st.sampled_from(["id", "source", "wish", "chat", "new"]), json_values, max_size=3))
    return str(fields | changes).replace("'", '"').encode(errors="replace")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged_requests() | st.sampled_from(GARBAGE))
async def test_a_damaged_request_is_left_aside_and_the_next_one_seen(queue: JobQueue, written: bytes) -> None:
    await queue.redis.flushall()
    broken, whole = ask(YouTube(video_id="dQw4w9WgXcQ")), ask(YouTube(video_id="jNQXAC9IVRw"))
    for request in (broken, whole):
        await queue.submit(request)
    await put(queue, keys.request(broken.id), "request", written)
    for _ in range(2):
        assert whole in [view.request for view in await queue.attended("test")]


async def test_damaged_fields_of_a_request_and_its_track_are_left_aside(queue: JobQueue) -> None:
    request = ask(YouTube(video_id="dQw4w9WgXcQ"))
    await queue.submit(request)
    await put(queue, keys.track(request.track_id), "progress", b"{")
    await put(queue, keys.request(request.id), "card", b"\xff")
    assert (await seen(queue, request)).progress is None
    await queue.fail(request.id, Failure(reason=Reason.PRIVATE))
    await put(queue, keys.request(request.id), "failure", b'{"reason":"of a later version"}')
    view = await seen(queue, request)
    assert view.failure is not None
    assert view.failure.reason is Reason.INTERNAL
    await put(queue, keys.request(request.id), "phase", b"of a later version")
    assert await queue.view(request.id) is None


@pytest.mark.parametrize("field", ["source", "model"])
async def test_a_track_that_makes_no_sense_fails_and_its_worker_takes_the_next(queue: JobQueue, field: str) -> None:
    broken, whole = ask(YouTube(video_id="dQw4w9WgXcQ")), ask(YouTube(video_id="jNQXAC9IVRw"))
    for request in (broken, whole):
        await queue.submit(request)
    await put(queue, keys.track(broken.track_id), field, b"{")
    track_queue = TrackQueue(queue.redis, "worker")
    assert await in_use(track_queue.redis) >= {whole.track_id}
    assert await track_queue.begin(broken.track_id) is None
    view = await seen(queue, broken)
    assert view.failure is not None
    assert (view.phase, view.failure.reason) == (RequestPhase.FAILED, Reason.INTERNAL)
    assert await track_queue.begin(whole.track_id) is not None


async def test_what_another_version_wants_is_understood_or_wanted_no_more(queue: JobQueue) -> None:
    request = ask(YouTube(video_id="dQw4w9WgXcQ"))
    await queue.submit(request)
    older, nonsense = b'{"format":"flac","kind":"stems","colour":"red"}', b'{"kind":"hologram","format":"mp3"}'
    await answer(queue.redis.sadd(keys.wants(request.track_id), older, nonsense))
    track_queue = TrackQueue(queue.redis, "worker")
    await track_queue.begin(request.track_id)
    wanted = await track_queue.wanted(request.track_id)
    assert set(wanted) == {*request.order.renditions, Rendition(encoding=Encoding(format=Format.FLAC))}
    assert await track_queue.ready(request.track_id, wanted), "it has an end"
    assert (await seen(queue, request)).phase is RequestPhase.READY


async def test_damaged_notes_count_as_none(queue: JobQueue) -> None:
    redis = queue.redis
    await put(queue, keys.PROVIDERS, Provider.PYTUBEFIX, b"{")
    assert (await standings(redis))[Provider.PYTUBEFIX].up
    await redis.set(keys.listing("PLdamaged"), b"[]")
    assert await listing(queue, "PLdamaged") is None
    await redis.set(keys.search(search_id("damaged")), b"[]")
    assert await hits(queue, "damaged") is None
    await redis.set(keys.worker("w"), b"7")
    assert await about_workers(redis, ["w"]) == []


@given(st.binary() | json_values.map(lambda value: str(value).encode(errors="replace")))
def test_a_jobs_payload_is_an_object_or_refused(payload: bytes) -> None:
    # arq drops such a job; a track with waiting requests gets another one, see `TrackQueue.recover`.
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        assert isinstance(deserialize(payload), dict)


async def test_the_bot_serves_others_whatever_is_noted_of_one(rig: Rig) -> None:
    """Everything that the bot reads of a request is damaged in turn; the next person's song comes all the same."""
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        request = view.request
        for field, written in (
            ("card", "{"),
            ("request", request.model_copy(update={"address": "nowhere"}).model_dump_json()),
        ):
            await answer(rig.queue.redis.hset(keys.request(request.id), field, written))
            await asyncio.sleep(0.3)
        await rig.worker.finish(track)
        await answer(rig.queue.redis.hset(keys.playlists("telegram"), "broken", "{"))
        await bo.say(OTHER)
        await rig.worker.finish(await rig.worker.take())
        await bo.until(lambda message: "Done in" in message.text)
        await rig.settled()
    assert len(files(bo)) == 2


async def test_a_part_whose_note_is_damaged_is_offered_not_sent_again(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "Next in line" in message.text)
        track = await rig.worker.take()
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        await rig.queue.note_part(view.request.id, "stems-mp3", "{")
        await rig.queue.note_part(view.request.id, "~memo", "{")
        await rig.worker.finish(track)
        await ana.until(lambda message: "Send again" in message.labels)
        await rig.settled()
    assert files(ana) == []
