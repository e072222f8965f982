"""The next step of a playlist, after its listing, its offer or its current song."""

import logging
import time
from typing import Final

from bot.chats.access import Access
from bot.delivery.follow import Follower
from bot.playlists.run import PlaylistStep, Run, ended, listed, paused
from jobs.failures import Failure, Reason
from jobs.progress import RequestPhase, View
from jobs.queue.listings import ask_listing, listing
from jobs.queue.quotas import OverQuota, TooManyOpen
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

log = logging.getLogger(__name__)

#: Seconds to wait for a playlist's listing.
LONGEST_LISTING: Final = 240.0
#: Seconds until an offer expires.
LONGEST_OFFER: Final = 24 * 3600.0
#: Failures that every further song of the same chat would have: a playlist stops at the first.
OF_ALL: Final = frozenset({Reason.OVER_QUOTA, Reason.MODEL_MISSING})


class Steps:
    """Advances runs, and submits their songs to the follower one by one."""

    def __init__(self, queue: JobQueue, settings: Settings, follower: Follower, platform: str) -> None:
        self._queue = queue
        self._settings = settings
        self._follower = follower
        self._access = Access(queue.redis, settings.access, platform)

    async def take(self, run: Run) -> Run:
        """The run after its next step, if one is due. Raises `QueueAway`."""
        age = time.time() - run.created_at
        match run.step:
            case PlaylistStep.LISTING:
                found = await listing(self._queue, run.playlist_id)
                if found is not None:
                    return listed(run, found, self._settings.max_seconds)
                if age > LONGEST_LISTING:
                    late = Failure(reason=Reason.NETWORK, detail="nobody lists it")
                    return run.model_copy(update={"step": PlaylistStep.REFUSED, "failure": late})
                await ask_listing(self._queue, run.playlist_id, run.chat, run.asker)  # repeats an overdue request
            case PlaylistStep.OFFERED if age > LONGEST_OFFER:
                return run.model_copy(update={"step": PlaylistStep.STOPPED})
            case PlaylistStep.RUNNING:
                return await self._next_song(run)
            case _:
                pass
        return run

    async def _next_song(self, run: Run) -> Run:
        while run.step is PlaylistStep.RUNNING:
            view = await self._queue.view(run.request_id)
            if view is None:
                return await self._ask_for_song(run)
            if view.is_open:
                return run
            why = _why(view)
            run = paused(run, view.failure) if why in OF_ALL and view.failure else ended(run, why)
        return run

    async def _ask_for_song(self, run: Run) -> Run:
        request = run.request(time.time())
        if request is not None:
            try:
                await self._follower.accept(request, await self._access.limits(run.asker, self._settings))
            except TooManyOpen as full:
                log.debug("playlist %s: its next song waits, %d are open", run.id, full.limit)  # at each look
            except OverQuota as over:
                return paused(run, over.failure)
        return run


def _why(view: View) -> Reason | None:
    """The reason of a song's failure, None if it was delivered."""
    match view.phase:
        case RequestPhase.DONE:
            return None
        case RequestPhase.CANCELLED:
            return Reason.CANCELLED
        case _:
            return view.failure.reason if view.failure else Reason.INTERNAL
