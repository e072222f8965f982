"""Collects the steps of a track's children and publishes its progress at a limited rate."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable

from jobs.models import Upload, YouTube
from jobs.monitoring import metrics
from jobs.progress import Progress, TrackStage
from jobs.queue.titles import keep_called
from jobs.queue.tracks import TrackQueue
from jobs.results import Called
from worker import estimate
from worker.child.messages import Step

log = logging.getLogger(__name__)

PACE = 0.4  # seconds between two checks for changes, and for followers


class Reporter:
    """Collects steps of one track. `then`: seconds of work after the separation, for the estimate.

    `longest`: the most seconds of a song that are separated, whatever its file states. `weight`: what each of them
    counts for.
    """

    def __init__(
        self,
        track_queue: TrackQueue,
        track_id: str,
        source: YouTube | Upload,
        now: Callable[[], float] = time.time,
        longest: float = math.inf,
        weight: int = 1,
    ) -> None:
        self._track_queue = track_queue
        self._track_id = track_id
        self._source = source
        self._called: Called | None = None  # as last stored
        self._now = now
        self._progress = Progress()
        self._stage_from: tuple[float, float] | None = None  # time and fraction of the stage's first report
        self._entered = time.monotonic()
        self._stirred = asyncio.Event()
        self.then = 0.0
        self._longest = longest
        self._weight = weight
        self._separated = 0.0  # seconds of the song

    def enter(self, stage: TrackStage) -> None:
        """Begins a stage."""
        self.leave()
        log.info("track %s: %s", self._track_id, stage)
        self._stage_from = None
        self._change(stage=stage, fraction=None, seconds_left=None, note="", bytes_=0)
        self._stirred.set()

    def leave(self) -> None:
        """Ends the stage."""
        if self._progress.stage is not TrackStage.QUEUED:
            metrics.took(self._progress.stage, time.monotonic() - self._entered)
        self._entered = time.monotonic()

    def step(self, step: Step) -> None:
        """Takes a child's step. Facts about the track from earlier steps are kept."""
        now = self._now()
        self._separated = max(self._separated, step.separated)
        left = None
        if step.fraction is not None:
            if self._stage_from is None:
                self._stage_from = (now, step.fraction)
            since, first = self._stage_from
            left = estimate.rest_of_stage(now - since, first, step.fraction)
            if left is not None and self._progress.stage is TrackStage.SEPARATING:
                left += self.then
        if step.fraction and not self._progress.fraction:
            self._stirred.set()
        learnt = {name: value for name in ("title", "artist", "seconds") if (value := getattr(step, name)) is not None}
        self._change(fraction=step.fraction, seconds_left=left, note=step.note, bytes_=step.bytes_, **learnt)

    def learn(self, title: str, artist: str, seconds: float | None) -> None:
        """Sets the track's tags and length for the card."""
        self._change(title=title, artist=artist or None, seconds=seconds)

    async def publish_until_abandoned(self) -> None:
        """Publishes changes until no request follows the track; a new stage and its first report at once.

        Charges every waiting request as the work goes on, later ones too: the song's stated length, and its separated
        part. A request without enough minutes fails.
        """
        published: Progress | None = None
        while True:
            self._stirred.clear()
            current = self._progress
            if current.stage in (TrackStage.FETCHING, TrackStage.SEPARATING):
                said = min(current.seconds or 0.0, self._longest)
                await self._track_queue.charge(self._track_id, said, separated=self._separated, weight=self._weight)
            await self._keep_called(current)  # first: front ends are told by the report
            if not await self._track_queue.report(self._track_id, current if current != published else None):
                return
            published = current
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PACE):
                    await self._stirred.wait()

    async def _keep_called(self, current: Progress) -> None:
        """Stores the song's title, once it is known, for its other requests and for later."""
        called = Called(title=current.title or "", artist=current.artist or "", seconds=current.seconds)
        if called.title and called != self._called:
            self._called = called
            await keep_called(self._track_queue.redis, self._source, called)

    async def account(self) -> None:
        """Charges the part separated since the last check. Called when the work has ended in any way."""
        await self._track_queue.account(self._track_id, self._separated, weight=self._weight)

    def _change(self, **changes: object) -> None:
        self._progress = self._progress.model_copy(update=changes)
