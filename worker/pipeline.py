"""Processes one track: fetches, separates, renders, and settles it for its followers.

Each stage runs in a child process, in a folder of its own, whose files are moved into the store when complete. In every
case the track is settled (ready or failed, for all followers) or returned to the queue.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis.exceptions import RedisError

from jobs.failures import Failed, Failure, Reason, failed
from jobs.models import Rendition
from jobs.process.tasks import cancel_and_wait
from jobs.progress import Lane, TrackStage
from jobs.queue.catalogue import Catalogue
from jobs.queue.recipe import recipe_for, recipe_here
from jobs.queue.tracks import Track, TrackQueue
from jobs.results import Manifest, Rendered, StoredFile
from jobs.settings import Settings
from jobs.store.store import Superseded
from worker import estimate
from worker.abilities import Abilities
from worker.analysis.later import Analyses
from worker.child.cgroups import cores
from worker.child.child_side import failure_of_os_error
from worker.child.confinement import Confinement
from worker.child.limits import Limits
from worker.child.parent_side import Child, run_child, start_child
from worker.child.tasks import Along, NetworkWanted, RenderedSet, RenderTask, SeparationTask, separation_confinement
from worker.cleanup import make_room
from worker.inputs import open_stems, open_upload
from worker.limits import limits_of, limits_of_rendering, time_for
from worker.possible import possible
from worker.precedence import Precedence
from worker.rendering.linking import link_stems
from worker.reporter import Reporter
from worker.separation.child import SEPARATION, separate
from worker.sources.fetching import fetch
from worker.waiting import until_there

log = logging.getLogger(__name__)

MAX_STARTS = 2  # a track fails after it killed its worker or child twice
SENT_AS_IT_IS = 400_000  # kbit: 50 MB, the size that every chat accepts as one file


@dataclass(frozen=True)
class Studio:
    """The queue, the store and the settings of a worker, the songs that wait for their analysis; its abilities, and
    which of its children go first.
    """

    track_queue: TrackQueue
    catalogue: Catalogue
    settings: Settings
    analyses: Analyses
    abilities: Abilities
    precedence: Precedence = field(default_factory=Precedence)


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
        manifest = await _separate(studio, track, reporter)
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


async def _separate(studio: Studio, track: Track, reporter: Reporter) -> Manifest:
    """Fetches the source, separates it, and keeps the stems in the store."""
    settings, store, lane = studio.settings, studio.catalogue.store, studio.track_queue.lane
    weight = track.model.info.weight
    if not track.model.info.fetched_on_use:
        await studio.abilities.require(track.model.name)  # before the song is fetched
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(store.workspace.folder())
        inbox = await open_upload(store, track.source, stack)
        children = await stack.enter_async_context(AsyncExitStack())
        network = NetworkWanted(
            model=track.model,
            models_dir=settings.models_dir.absolute(),
            engine=settings.engine,
            threads=settings.threads,
        )
        download, made = folder / "download", folder / "made"
        download.mkdir()
        made.mkdir()
        walls = separation_confinement(inbox or download, made, network)
        child = await _get_ready(limits_of(settings, lane=lane), network, walls, children)
        reporter.enter(TrackStage.FETCHING)
        fetched = await fetch(
            track.source, download, reporter.step, settings=settings, inbox=inbox, redis=studio.track_queue.redis
        )
        reporter.learn(fetched.tags.title, fetched.tags.artist, fetched.seconds)
        if fetched.seconds:
            await studio.track_queue.charge(track.id, min(fetched.seconds, settings.max_seconds), weight=weight)
        cover = _take_cover(fetched.cover, made)
        reporter.enter(TrackStage.SEPARATING)
        wanted = await studio.track_queue.wanted(track.id)
        along = _along(settings, wanted, fetched.seconds)
        later = [rendition for rendition in wanted if rendition not in {each.rendition for each in along}]
        reporter.then = estimate.rendering(fetched.seconds, later, track.model.stems, settings.threads or cores())
        if lane is not Lane.SLOW:
            children.enter_context(studio.precedence.goes_first())
        elif child is not None:
            children.enter_context(studio.precedence.gives_way(child))
        separated = await separate(
            SeparationTask(
                audio=fetched.audio,
                output=made,
                network=network,
                tags=fetched.tags,
                cover=made / cover.name if cover else None,
                seconds=fetched.seconds,
                max_seconds=settings.max_seconds,
                along=along,
            ),
            child,
            children,
            reporter.step,
            limits=limits_of(settings, fetched.seconds or settings.max_seconds, lane),
            deadline=time_for(lane, settings),
        )
        await children.aclose()  # no child touches the files from here on
        manifest = Manifest(
            track_id=track.id,
            source=track.source,
            model=track.model,
            tags=fetched.tags,
            samples=separated.samples,
            stems=separated.stems,
            cover=cover,
            picture=separated.picture,
            thumbnail=separated.thumbnail,
            gain=separated.gain,
            late=separated.late,
            gaps=separated.gaps,
            notes=separated.notes,
            engine=separated.engine,
            sum=separated.sum,
            made_at=time.time(),
        )
        # Before the stems are published: if the worker dies here, the song is separated again, but counted once.
        await studio.track_queue.charge(track.id, manifest.seconds, whole=True, weight=weight)
        rendered = [*separated.along, *link_stems(made, manifest, later)]
        ours = partial(studio.track_queue.holds, track.id)
        await until_there(lambda: store.keep_track(made, manifest, rendered, ours))
    return manifest


async def _get_ready(limits: Limits, network: NetworkWanted, walls: Confinement, stack: AsyncExitStack) -> Child | None:
    """A child that prepares its network while the song is fetched; None for an engine that cannot."""
    if not network.is_made_ready:
        return None
    child = await stack.enter_async_context(start_child(SEPARATION, walls, limits))
    await child.get_ready(network)
    return child


def _along(settings: Settings, wanted: Sequence[Rendition], seconds: float | None) -> tuple[Along, ...]:
    """Renditions to encode during the separation: those that will not change.

    For a long song, the front end orders smaller files once it knows the length.
    """
    rate = recipe_for(settings).rate
    return tuple(
        Along(rendition=rendition, kbps=rate(rendition))
        for rendition in wanted
        if rendition.is_stem_files and rate(rendition) and seconds and seconds * rate(rendition) < SENT_AS_IT_IS
    )


def _take_cover(fetched: Path | None, into: Path) -> StoredFile | None:
    if fetched is None:
        return None
    kept = into / f"cover{fetched.suffix}"
    shutil.move(fetched, kept)
    return StoredFile(name=kept.name, bytes_=kept.stat().st_size)


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
