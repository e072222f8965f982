"""The background tasks of one bot: from its start to its end, beside the platform's own loop."""

import asyncio
from collections.abc import Coroutine

from bot.conversation.owner_news import attend_owner
from bot.conversation.services import Services
from jobs.process.tasks import cancel_and_wait


class Background:
    """Follows requests, playlists, searches, batches and the owner's news. `metrics_port`: of the figures; 0: none."""

    def __init__(self, services: Services, metrics_port: int = 0) -> None:
        self._services = services
        self._metrics_port = metrics_port
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, *more: Coroutine[None, None, None]) -> None:
        """Start all tasks, and `more` of the platform's own."""
        services = self._services
        loops = [services.follower.run(), services.playlists.attend(), services.searches.attend()]
        loops.append(services.batches.attend())
        if self._metrics_port:
            from jobs.monitoring.prometheus import serve_metrics  # late: only a bot with a metrics port needs it

            figures = serve_metrics(
                self._metrics_port, services.queue.redis, services.catalogue.store, services.settings
            )
            loops.append(figures)
        self._tasks = [asyncio.create_task(loop) for loop in (*loops, attend_owner(services), *more)]

    async def end(self) -> None:
        """Cancel all tasks, while the platform can still send. A second call does nothing."""
        if self._tasks:
            following, *others = self._tasks
            self._tasks = []
            await cancel_and_wait(*others)
            following.cancel()
            await asyncio.wait({following})  # cancelled once: uploads that are nearly complete may arrive
