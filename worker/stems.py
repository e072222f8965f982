"""From the source of a track to its stems in the store: fetches the song, then separates it."""

import shutil
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from jobs.models import Rendition
from jobs.progress import Lane, TrackStage
from jobs.queue.recipe import recipe_for
from jobs.queue.tracks import Track
from jobs.results import Manifest, StoredFile
from jobs.settings import Settings
from worker import estimate
from worker.child.cgroups import cores
from worker.child.confinement import Confinement
from worker.child.limits import Limits
from worker.child.parent_side import Child, start_child
from worker.child.tasks import Along, NetworkWanted, SeparationTask, separation_confinement
from worker.inputs import open_upload
from worker.limits import limits_of, time_for
from worker.rendering.linking import link_stems
from worker.reporter import Reporter
from worker.separation.child import SEPARATION, separate
from worker.sources.fetching import fetch
from worker.studio import Studio
from worker.waiting import until_there

SENT_AS_IT_IS = 400_000  # kbit: 50 MB, the size that every chat accepts as one file


async def make_stems(studio: Studio, track: Track, reporter: Reporter) -> Manifest:
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
