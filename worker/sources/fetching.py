"""Fetches a source to a local file: one attempt for an upload, one provider after another for a video."""

import asyncio
import logging
import stat
import time
from collections.abc import Callable
from pathlib import Path

from arq.connections import ArqRedis

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import Upload, YouTube
from jobs.monitoring import metrics
from jobs.queue.providers import keep_standing, standings
from jobs.settings import Settings
from jobs.youtube import Provider
from worker.child.limits import Limits, largest_file
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import Fetched, FetchTask
from worker.sources.youtube import providers

log = logging.getLogger(__name__)

DOWNLOAD_FILES = 3  # multiples of the largest file at once: fragments, the file made of them, a cover


async def fetch(
    source: Upload | YouTube,
    into: Path,
    on_step: Callable[[Step], None],
    *,
    settings: Settings,
    inbox: Path | None,
    redis: ArqRedis,
) -> Fetched:
    """Fetches `source` to a file in `into`, an empty folder, within FLBT_FETCH_TIMEOUT. Raises `Failed`.

    `inbox`: the uploaded file, where there is one.
    """
    ends = asyncio.get_running_loop().time() + settings.fetch_timeout
    if isinstance(source, Upload):
        task = FetchTask(source=source, output=into, inbox=inbox, max_seconds=settings.max_seconds)
        return await _attempt(task, on_step, settings, ends)

    failures: list[tuple[Provider, Failure]] = []
    order = providers.order(await standings(redis), time.time())
    for provider, requests in zip(order, providers.shares(len(order)), strict=True):
        folder = into / provider
        folder.mkdir()
        task = FetchTask(
            source=source,
            output=folder,
            max_seconds=settings.max_seconds,
            provider=provider,
            requests=requests,
            proxy=settings.youtube_proxy,
            cookies=settings.youtube_cookies.absolute() if settings.youtube_cookies else None,
        )
        try:
            fetched = await _attempt(task, on_step, settings, ends)
        except Failed as error:
            failure = error.failure
        else:
            await _note(redis, provider, None)
            return fetched
        await _note(redis, provider, failure)
        failures.append((provider, failure))
        if not providers.is_service_side(failure):
            break
        log.warning("%s: fetching by %s failed: %s: %s", source.key, provider, failure.reason, failure.detail)
    raise Failed(providers.together(failures))


async def _attempt(task: FetchTask, on_step: Callable[[Step], None], settings: Settings, ends: float) -> Fetched:
    fetched = await run_child(
        "worker.sources",
        task,
        Fetched,
        on_step,
        deadline=ends - asyncio.get_running_loop().time(),
        stall=settings.stall_timeout,
        # One core for the whole time is more than any download needs.
        limits=Limits(
            memory_mb=settings.memory_mb,
            cpu_seconds=settings.fetch_timeout,
            file_mb=largest_file(settings.max_seconds),
            folder_mb=DOWNLOAD_FILES * largest_file(settings.max_seconds),
        ),
    )
    check(fetched, task)
    return fetched


def check(fetched: Fetched, task: FetchTask) -> None:
    """Raises `Failed` unless a child names only files that it was given or made.

    The child reads untrusted input and may have been taken over: a path of its choice would be moved into the store,
    and sent.
    """
    for path in filter(None, (fetched.audio, fetched.cover)):
        given = path == task.inbox and path is fetched.audio
        if not given and not (path.parent == task.output and stat.S_ISREG(path.lstat().st_mode)):
            raise failed(Reason.INTERNAL, f"{path} is not in {task.output}")


async def _note(redis: ArqRedis, provider: Provider, failure: Failure | None) -> None:
    """Stores a provider's standing after an attempt; logs when a provider goes down or comes up."""
    metrics.count("downloads", provider, failure.reason if failure else "ok")
    before = (await standings(redis))[provider]  # read now: the download took a while
    now = providers.after(before, failure, time.time())
    if now != before:
        await keep_standing(redis, now)
    if now.up and not before.up:
        log.info("provider %s is up", provider)
    elif before.up and not now.up:
        log.warning("provider %s is down: %s, %d failures in a row", provider, now.reason, now.failures)
