"""Processes one track: fetches, separates, renders, and settles it for its followers.

Each stage runs in a child process, in a folder of its own, whose files are moved into the store when complete. In every
case the track is settled (ready or failed, for all followers) or returned to the queue.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from redis.exceptions import RedisError

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import Rendition
from jobs.process.tasks import cancel_and_wait
from jobs.progress import TrackStage
from jobs.queue.recipe import recipe_for, recipe_here
from jobs.queue.tracks import Track
from jobs.results import Manifest, Rendered
from jobs.store.store import Superseded
from worker.child.child_side import failure_of_os_error
from worker.child.parent_side import run_child
from worker.child.tasks import RenderedSet, RenderTask
from worker.cleanup import make_room
from worker.inputs import open_stems
from worker.limits import limits_of_rendering, time_for
from worker.possible import possible
from worker.reporter import Reporter
from worker.stems import make_stems
from worker.studio import Studio
from worker.waiting import until_there

log = logging.getLogger(__name__)

MAX_STARTS = 2  # a track fails after it killed its worker or child twice


async def take(studio: Studio, track_id: str) -> None:
    """Takes a track from the queue and settles it.

    Raises `CancelledError` when the worker has to stop; the track is back in the queue then. Raises `RedisError` when
    the queue is out of reach: the lease expires and the track is run again.
    """
    ends = asyncio.get_running_loop().time() + time_for(studio.track_queue.lane, studio.settings)
    # `abandon` does nothing for a track of another worker; between two starts, all followers may have left.
    while (track := await studio.track_queue.begin(track_id)) is not None or not await studio.track_queue.abandon(
        track_id
    ):
        if track is not None and not await _start(studio, track, ends):
            return


async def _start(studio: Studio, track: Track, ends: float) -> bool:
    """Starts a track once, until the loop's time is `ends`. True when it has to be started again."""
    track_queue = studio.track_queue
    try:
        if track.starts > MAX_STARTS:
            raise failed(Reason.INTERRUPTED, f"started {track.starts - 1} times, and no worker survived it")
        async with asyncio.timeout_at(ends):
            await until_there(lambda: _settle(studio, track))
    except asyncio.CancelledError:
        await asyncio.shield(track_queue.hand_back(track.id))
        raise
    except Failed as reason:
        if reason.failure.reason is Reason.INTERRUPTED and track.starts < MAX_STARTS:
            log.warning("track %s: starting again: %s", track.id, reason.failure.detail)
            return True
        await track_queue.fail(track.id, reason.failure)
    except Superseded:
        log.warning("track %s: another worker has it, so nothing is published", track.id)
    except TimeoutError:
        await track_queue.fail(track.id, Failure(reason=Reason.TIMED_OUT, detail="FLBT_JOB_TIMEOUT"))
    except RedisError:
        track_queue.drop(track.id)
        raise
    except OSError as error:
        await track_queue.fail(track.id, failure_of_os_error(error, confined=False))
    except Exception as error:
        log.exception("track %s: unhandled exception", track.id)
        await track_queue.fail(track.id, Failure(reason=Reason.INTERNAL, detail=repr(error)))
    return False


async def _settle(studio: Studio, track: Track) -> None:
    """Makes the wanted renditions, and further ones while they are ordered, then settles the track; ends early when it
    has no followers.
    """
    while True:
        reporter = Reporter(
            studio.track_queue,
            track.id,
            track.source,
            longest=studio.settings.max_seconds,
            weight=track.model.info.weight,
        )
        work = asyncio.create_task(_make(studio, track, reporter))
        audience = asyncio.create_task(reporter.publish_until_abandoned())
        try:
            await asyncio.wait({work, audience}, return_when=asyncio.FIRST_COMPLETED)
            if audience.done() and not work.done():
                audience.result()
                await cancel_and_wait(work)  # the child must have ended before the next one starts
                if await studio.track_queue.abandon(track.id):
                    return
            else:
                made = work.result()
                reporter.leave()
                if await studio.track_queue.ready(track.id, made):
                    studio.analyses.want(track.id, studio.catalogue)
                    return
        finally:
            await cancel_and_wait(audience, work)
            await reporter.account()


async def _make(studio: Studio, track: Track, reporter: Reporter) -> Sequence[Rendition]:
    """Makes stems and wanted renditions that the store lacks. Returns the wanted renditions."""
    catalogue, recipe = studio.catalogue, await recipe_here(studio.track_queue.redis, studio.settings)
    made = await catalogue.refresh(track.id)
    manifest = made.manifest
    if manifest is None or not recipe.would_make(manifest):
        await make_room(studio.track_queue, catalogue, studio.settings)
        manifest = await make_stems(studio, track, reporter)
        made = await catalogue.refresh(track.id)
    else:
        await catalogue.store.renew(track.id)
        reporter.learn(manifest.tags.title, manifest.tags.artist, manifest.seconds)
    wanted = await studio.track_queue.wanted(track.id)
    stored = {rendition: made.rendered(rendition) for rendition in wanted}
    missing = [rendition for rendition, here in stored.items() if here is None or not recipe.would_render(here)]
    if missing:
        await _render(studio, manifest, missing, wanted, reporter)
        await catalogue.refresh(track.id)
    return wanted


async def _render(
    studio: Studio,
    manifest: Manifest,
    missing: list[Rendition],
    wanted: Sequence[Rendition],
    reporter: Reporter,
) -> None:
    """Renders missing renditions and keeps them in the store."""
    store, settings = studio.catalogue.store, studio.settings
    reporter.enter(TrackStage.RENDERING)
    if any(rendition.needs_analysis for rendition in missing):
        analysis = await studio.analyses.now(manifest.track_id, studio.catalogue)
        missing = possible(missing, wanted, analysis, manifest.seconds)
        if not missing:
            return
    else:  # the player in a zip shows what is known
        analysis = (await store.read(manifest.track_id)).analysis
    async with AsyncExitStack() as stack:
        stored = await open_stems(store, manifest, stack)
        stack.enter_context(studio.precedence.goes_first())
        made = stack.enter_context(store.workspace.folder()) / "made"  # not the whole: the child must not hold its lock
        result = await run_child(
            "worker.rendering.render",
            RenderTask(
                stems_dir=stored,
                stems=manifest.stems,
                gain=manifest.gain,
                track_id=manifest.track_id,
                late=max(manifest.late, 0.0),
                gaps=manifest.gaps,
                seconds=manifest.seconds,
                tags=manifest.tags,
                cover=stored / manifest.cover.name if manifest.cover else None,
                analysis=analysis,
                renditions=tuple(missing),
                output=made,
                mp3_kbps=settings.mp3_kbps,
                threads=settings.threads,
            ),
            RenderedSet,
            reporter.step,
            deadline=settings.job_timeout,
            limits=limits_of_rendering(settings, manifest.seconds, missing),
        )
        made_of = zip(missing, result.files, result.gains, result.seconds, result.labels, strict=True)
        for rendition, files, gain, seconds, label in made_of:
            kbps = recipe_for(settings).rate(rendition)
            rendered = Rendered(rendition=rendition, files=files, kbps=kbps, gain=gain, seconds=seconds, label=label)
            ours = partial(studio.track_queue.holds, manifest.track_id)
            await until_there(partial(store.keep_rendition, made / rendition.key, manifest.track_id, rendered, ours))
