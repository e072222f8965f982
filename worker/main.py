"""The worker process: arq takes tracks from the queue, one at a time per lane; tasks beside it send heartbeats and tidy
the store.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from arq.worker import Worker, func
from pydantic import SecretStr
from redis.exceptions import RedisError

from jobs.process import liveness
from jobs.process.privacy import close_to_others
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.connection import connect, deserialize, serialize
from jobs.queue.listings import LISTING_FUNCTION, OVERDUE
from jobs.queue.recipe import About, announce_recipe, recipe_for
from jobs.queue.requests import JOB_FUNCTION
from jobs.queue.searches import OVERDUE as SEARCH_OVERDUE
from jobs.queue.searches import SEARCH_FUNCTION
from jobs.queue.suitability import refuse_unsuitable
from jobs.queue.tracks import TrackQueue
from jobs.settings import IN_DATA, Settings
from jobs.store.address import open_store
from jobs.store.store import ResultStore
from worker import cleanup, titles
from worker.abilities import EVERY, Abilities
from worker.analysis.later import Analyses
from worker.child.forking import forks
from worker.lane import LaneWorker
from worker.limits import time_for
from worker.listings import take_listing
from worker.pipeline import take
from worker.precedence import Precedence
from worker.searches import take_search
from worker.slow_lane import SlowLaneWorker
from worker.studio import Studio
from worker.versions import versions

log = logging.getLogger(__name__)

NEVER = 1_000_000  # arq's limit of tries is unused: see `starts` in jobs/queue/scripts/begin.lua


def make_workers(
    name: str, settings: Settings, redis_url: SecretStr, store: ResultStore, *, burst: bool = False
) -> list[Worker]:
    """One arq worker per lane, ready to run: this process's composition root. `burst`: end when the queue is empty."""
    analyses, precedence = Analyses(settings), Precedence()
    return [_lane_worker(lane, name, settings, redis_url, store, analyses, precedence, burst) for lane in Lane]


async def _announce(abilities: Abilities, track_queue: TrackQueue) -> None:
    """Announces the models that can be run. Never raises."""
    try:
        track_queue.tell_models(await abilities.announce())
    except RedisError as error:
        log.warning("cannot announce models: %s", error)
    except Exception:  # such as a folder of weights that is being replaced
        log.exception("models not announced: unhandled exception")


async def _keep_announcing(abilities: Abilities, track_queue: TrackQueue) -> None:
    """Announces them again and again until cancelled: weights are added while a worker runs."""
    while True:
        await asyncio.sleep(EVERY)
        await _announce(abilities, track_queue)


def _lane_worker(
    lane: Lane,
    name: str,
    settings: Settings,
    redis_url: SecretStr,
    store: ResultStore,
    analyses: Analyses,
    precedence: Precedence,
    burst: bool,
) -> Worker:
    redis = connect(redis_url)
    lives = liveness.folder_in(settings.data)
    track_queue = TrackQueue(
        redis,
        f"{name}-{lane}",
        lane,
        About(versions=versions(settings)),
        partial(_is_dead, lives),
        recipe_for(settings),
    )
    abilities = Abilities(settings, redis)
    studio = Studio(
        track_queue=track_queue,
        catalogue=Catalogue(redis, store),
        settings=settings,
        analyses=analyses,
        abilities=abilities,
        precedence=precedence,
    )
    background: list[asyncio.Task[None]] = []

    async def start(ctx: dict[Any, Any]) -> None:  # noqa: ARG001 - arq calls it by this name
        await announce_recipe(redis, recipe_for(settings))
        if lane is Lane.STUDIO:  # before it counts as alive, so that no song of its models is refused
            await _announce(abilities, track_queue)
        await studio.track_queue.beat()
        if lane is Lane.STUDIO:
            await studio.track_queue.free_left()  # tracks of the worker that this one replaces
            await studio.track_queue.forget_dead()
        liveness.sweep_dead(lives)
        background.append(asyncio.create_task(worker.hear()))
        background.append(asyncio.create_task(studio.track_queue.keep_alive()))
        if lane is Lane.STUDIO:
            background.append(asyncio.create_task(studio.track_queue.keep_recovering()))
            background.append(asyncio.create_task(_keep_announcing(abilities, track_queue)))
            background.append(asyncio.create_task(cleanup.keep_tidy(studio.track_queue, studio.catalogue, settings)))
            if settings.metrics_port:
                from jobs.monitoring.prometheus import serve_metrics  # only if the port is set: see there

                background.append(asyncio.create_task(serve_metrics(settings.metrics_port + 1, redis, store, settings)))
            background.append(asyncio.create_task(titles.keep_asking(studio)))
            background.append(asyncio.create_task(analyses.keep_analysing()))
            log.info("worker %s is ready", name)

    async def stop(ctx: dict[Any, Any]) -> None:  # noqa: ARG001
        await cancel_and_wait(*background)
        await cleanup.sweep(store.workspace)
        await studio.track_queue.leave()

    async def track(ctx: dict[Any, Any], track_id: str) -> None:  # noqa: ARG001
        await take(studio, track_id)
        await cleanup.sweep(store.workspace)

    async def listing(ctx: dict[Any, Any], playlist_id: str) -> None:
        async with worker.out_of_line(ctx):
            await take_listing(redis, settings, playlist_id)

    async def search(ctx: dict[Any, Any], words: str) -> None:
        async with worker.out_of_line(ctx):
            await take_search(redis, settings, words)

    timeout = time_for(lane, settings) + 60
    functions = [func(track, name=JOB_FUNCTION, timeout=timeout, max_tries=NEVER, keep_result=0)]
    if lane is Lane.QUICK:
        functions.append(func(listing, name=LISTING_FUNCTION, timeout=OVERDUE, max_tries=NEVER, keep_result=0))
        functions.append(func(search, name=SEARCH_FUNCTION, timeout=SEARCH_OVERDUE, max_tries=NEVER, keep_result=0))
    kind = partial(SlowLaneWorker, abilities) if lane is Lane.SLOW else LaneWorker
    worker = kind(
        functions=functions,
        redis_pool=redis,
        queue_name=keys.queue(lane),
        max_jobs=1,
        burst=burst,
        handle_signals=False,
        on_startup=start,
        on_shutdown=stop,
        job_serializer=serialize,
        job_deserializer=deserialize,
        health_check_interval=30,
        health_check_key=keys.health(studio.track_queue.worker),
        log_results=False,
    )
    return worker


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Runs a worker until SIGTERM or SIGINT. Raises any other cause of its end, such as `RedisError`, or
    `SettingsError` for a server that cannot hold the queue.
    """
    logging.getLogger("arq.worker").setLevel(logging.WARNING)  # it logs our turns as dates; we log each track
    asyncio.run(work(settings, redis_url, signals=(signal.SIGTERM, signal.SIGINT)))


async def work(
    settings: Settings, redis_url: SecretStr, *, burst: bool = False, signals: Sequence[signal.Signals] = ()
) -> None:
    """Runs all lanes until one of `signals` arrives, or a lane fails, or, in a `burst`, the queue is empty."""
    close_to_others(settings.data, IN_DATA)
    await _check_queue(redis_url)
    name, store = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}", open_store(settings)
    with liveness.hold_liveness(liveness.folder_in(settings.data), name):
        async with forks() if settings.warm else contextlib.nullcontext():
            await _work(make_workers(name, settings, redis_url, store, burst=burst), burst, signals)


async def _check_queue(redis_url: SecretStr) -> None:
    redis = connect(redis_url)
    try:
        await refuse_unsuitable(redis)
    finally:
        await redis.aclose(close_connection_pool=True)


def _is_dead(lives: Path, worker: str) -> bool:
    """Whether another worker is dead. `worker`: its name in a lane, which ends with the lane."""
    return liveness.is_dead(lives, worker.rpartition("-")[0])


async def _work(workers: Sequence[Worker], burst: bool, signals: Sequence[signal.Signals]) -> None:
    tasks = [asyncio.ensure_future(worker.async_run()) for worker in workers]
    told = asyncio.Event()
    for number in signals:
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    hearing = asyncio.create_task(told.wait())
    try:
        if burst:
            await asyncio.wait(tasks)
        else:
            await asyncio.wait([*tasks, hearing], return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel_and_wait(hearing, *tasks)
        for worker in workers:
            await worker.close()  # cancels its jobs, which return their tracks to the queue, and waits for them
    for task in tasks:
        if not task.cancelled():
            task.result()
