"""Between the children's steps and everybody who follows: what is known of the track, published at a calm pace."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable

from jobs import metrics
from jobs.desk import Desk
from jobs.outcomes import Progress, Stage
from worker import estimate
from worker.steps import Step

log = logging.getLogger(__name__)

PACE = 0.4  # seconds between two looks at whether there is something to publish, or nobody left to publish it to


class Reporter:
    """Collects steps of one track. `then` is what will follow the separation, in seconds, for the estimate."""

    def __init__(self, desk: Desk, track_id: str, now: Callable[[], float] = time.time) -> None:
        self._desk = desk
        self._track_id = track_id
        self._now = now
        self._progress = Progress()
        self._stage_from: tuple[float, float] | None = None  # when the stage first moved, and where it was
        self._entered = time.monotonic()
        self._stirred = asyncio.Event()
        self.then = 0.0

    def enter(self, stage: Stage) -> None:
        """A new stage begins."""
        self.leave()
        log.info("track %s: %s", self._track_id, stage)
        self._stage_from = None
        self._change(stage=stage, fraction=None, seconds_left=None, note="")
        self._stirred.set()

    def leave(self) -> None:
        """The stage is over, whatever comes next."""
        if self._progress.stage is not Stage.QUEUED:
            metrics.took(self._progress.stage, time.monotonic() - self._entered)
        self._entered = time.monotonic()

    def step(self, step: Step) -> None:
        """A child moved on. What it has learnt about the track stays known."""
        now = self._now()
        left = None
        if step.fraction is not None:
            if self._stage_from is None:
                self._stage_from = (now, step.fraction)
            since, first = self._stage_from
            left = estimate.rest_of_stage(now - since, first, step.fraction)
            if left is not None and self._progress.stage is Stage.SEPARATING:
                left += self.then
        if step.fraction and not self._progress.fraction:
            self._stirred.set()
        learnt = {name: value for name in ("title", "artist", "seconds") if (value := getattr(step, name)) is not None}
        self._change(fraction=step.fraction, seconds_left=left, note=step.note, **learnt)

    def learn(self, title: str, artist: str, seconds: float | None) -> None:
        """The track's names and length, as the card shows them."""
        self._change(title=title, artist=artist or None, seconds=seconds)

    async def publish_until_abandoned(self) -> None:
        """Publish what changed until nobody follows the track any more: a new stage and its first movement at once.

        Whoever joins while it is made is charged for it as those are who began it.
        """
        published: Progress | None = None
        while True:
            self._stirred.clear()
            current = self._progress
            if current.seconds and current.stage in (Stage.FETCHING, Stage.SEPARATING):
                await self._desk.charge(self._track_id, current.seconds)
            if not await self._desk.report(self._track_id, current if current != published else None):
                return
            published = current
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PACE):
                    await self._stirred.wait()

    def _change(self, **changes: object) -> None:
        self._progress = self._progress.model_copy(update=changes)
