"""Analyses songs after their stems are stored: one at a time, in a child of low priority, beside other work."""

import asyncio
import logging
from collections import OrderedDict
from contextlib import AsyncExitStack
from typing import Final

from redis.exceptions import RedisError

from jobs.failures import Failed
from jobs.models import TrackId
from jobs.music.analysis import Analysis
from jobs.queue.catalogue import Catalogue
from jobs.results import Manifest
from jobs.settings import Settings
from worker.analysis.version import MADE_BY
from worker.child.limits import Limits
from worker.child.messages import Step
from worker.child.parent_side import run_child
from worker.child.tasks import AnalysisTask
from worker.inputs import open_stems

log = logging.getLogger(__name__)

PAUSE: Final = 0.5  # seconds after the stems are stored: their delivery begins first
DEADLINE: Final = 900.0  # seconds for one song
MOST_WAITING: Final = 100  # songs; of more, the oldest stay without an analysis until they are asked for again


class Analyses:
    """The songs that wait for their analysis."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: OrderedDict[TrackId, Catalogue] = OrderedDict()
        self._news = asyncio.Event()
        self._turn = asyncio.Lock()  # one song at a time

    def want(self, track_id: TrackId, catalogue: Catalogue) -> None:
        """Analyses a song of the store soon, unless that was done."""
        self._waiting[track_id] = catalogue
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
        self._news.set()

    async def now(self, track_id: TrackId, catalogue: Catalogue) -> Analysis | None:
        """The analysis of a song that something is to be made of, made now if it is missing. None if it cannot be made.

        Waits for the song that is being analysed. Raises `RedisError` and `OSError`.
        """
        self._waiting.pop(track_id, None)
        try:
            async with self._turn:
                return await analyse_track(catalogue, self._settings, track_id)
        except Failed as error:
            log.warning("track %s: not analysed: %s", track_id, error.failure.detail)
            return None

    async def keep_analysing(self) -> None:
        """Analyses what is wanted, until cancelled: then the child is killed."""
        while True:
            await self._news.wait()
            await asyncio.sleep(PAUSE)
            if not self._waiting:
                self._news.clear()
                continue
            track_id, catalogue = self._waiting.popitem(last=False)
            try:
                async with self._turn:
                    await analyse_track(catalogue, self._settings, track_id)
            except Failed as error:
                log.warning("track %s: not analysed: %s", track_id, error.failure.detail)
            except (RedisError, OSError) as error:
                log.warning("track %s: not analysed: %s", track_id, error)
            except Exception:  # the loop must go on
                log.exception("track %s: analysis: unhandled exception", track_id)


async def analyse_track(catalogue: Catalogue, settings: Settings, track_id: TrackId) -> Analysis | None:
    """The analysis of a track in the store, made if it is missing or by an older analyser. None for a track that is
    not there. Raises `Failed` as `Child.ask`, `RedisError`, `OSError`.
    """
    made = await catalogue.store.read(track_id)
    if made.manifest is None or (made.analysis is not None and made.analysis.made_by == MADE_BY):
        return made.analysis
    analysis = await _ask(catalogue, settings, made.manifest)
    await catalogue.store.keep_analysis(track_id, analysis)
    await catalogue.refresh(track_id)
    log.info("track %s: analysed", track_id)
    return analysis


async def _ask(catalogue: Catalogue, settings: Settings, manifest: Manifest) -> Analysis:
    async with AsyncExitStack() as stack:
        stems = await open_stems(catalogue.store, manifest, stack)
        return await run_child(
            "worker.analysis",
            AnalysisTask(stems_dir=stems, stems=manifest.stems),
            Analysis,
            _ignore,
            deadline=DEADLINE,
            limits=Limits(memory_mb=settings.memory_mb, cpu_seconds=DEADLINE),
        )


def _ignore(step: Step) -> None:
    """The analysis shows no progress."""
