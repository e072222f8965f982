"""Following of open playlists: advances each one and its card until its end."""

import asyncio
from collections.abc import Callable

from bot.delivery.cards.card_rounds import CardRounds, check_room, fields_of
from bot.delivery.cards.status_cards import CardNote
from bot.delivery.follow import Follower
from bot.delivery.poster import Poster
from bot.delivery.timing import USUAL, Timing
from bot.playlists.cards import run_card
from bot.playlists.run import PlaylistStep, Run
from bot.playlists.steps import Steps
from bot.playlists.store import RunStore
from bot.playlists.subject import RunSubject
from jobs.failures import Failure, Reason
from jobs.queue.listings import ask_listing
from jobs.queue.requests import JobQueue
from jobs.settings import Settings


class Playlists:
    """The playlists of one platform. Each has at most one open song at a time."""

    def __init__(
        self, queue: JobQueue, poster: Poster, settings: Settings, follower: Follower, timing: Timing = USUAL
    ) -> None:
        self._queue = queue
        self._settings = settings
        self._follower = follower
        self._store = RunStore(queue, poster.name)
        self._steps = Steps(queue, settings, follower, poster.name)
        self._rounds = CardRounds("playlist", poster, timing, timing.look_at_playlists)
        self._turn = asyncio.Lock()  # held during each change of a stored run

    # --- begin, start, stop ----------------------------------------------------------------------------------------

    async def begin(self, run: Run) -> None:
        """Ask for a playlist's listing, and offer it. Idempotent.

        The limits on open playlists per person and chat equal those on songs. Raises `TooManyOpen` and `QueueAway`.
        """
        async with self._turn:
            runs = [one for one in await self._store.all() if one.is_open]
            if run.id not in {one.id for one in runs}:
                check_room(run, runs, self._settings)
            await self._store.add(run)
        await ask_listing(self._queue, run.playlist_id, run.chat, run.asker)
        self._rounds.wake()

    async def start(self, run_id: str) -> bool:
        """Start an offered playlist. False if it is no longer an offer."""
        return await self._to(run_id, PlaylistStep.RUNNING, {PlaylistStep.OFFERED}) is not None

    async def stop(self, run_id: str) -> bool:
        """Stop a playlist and cancel its current song. False if it had ended."""
        run = await self._to(
            run_id, PlaylistStep.STOPPED, {PlaylistStep.LISTING, PlaylistStep.OFFERED, PlaylistStep.RUNNING}
        )
        if run is None:
            return False
        if run.request_id and await self._queue.cancel(run.request_id):
            self._follower.wake()
        return True

    async def _to(self, run_id: str, step: PlaylistStep, allowed: set[PlaylistStep]) -> Run | None:
        """Set the step, if the present one is `allowed`. Returns the run before, so that its song can be cancelled."""
        async with self._turn:
            run = await self._store.get(run_id)
            if run is None or run.step not in allowed:
                return None
            await self._store.keep(run.model_copy(update={"step": step}))
        self._rounds.wake()
        return run

    async def run_of(self, run_id: str) -> Run | None:
        return await self._store.get(run_id)

    async def in_chat(self, chat: str) -> list[Run]:
        """The chat's open playlists, in the order of asking."""
        return [run for run in await self._store.all() if run.chat == chat and run.is_open]

    async def moved(self, old: str, new: str, move: Callable[[str], str]) -> None:
        """Move a group's playlists to its new name. `move`: an old address → the new one."""
        async with self._turn:
            await self._store.move(old, new, move)

    # --- follow ----------------------------------------------------------------------------------------------------

    async def attend(self) -> None:
        """Follow the playlists until cancelled. Never raises otherwise."""
        await self._rounds.run(self._store.all, self._attend, self._give_up)

    async def _attend(self, run_id: str) -> None:
        run = await self._moved_on(run_id)
        if run is not None:
            await self._rounds.cards.attend(await self._subject(run))

    async def _moved_on(self, run_id: str) -> Run | None:
        async with self._turn:
            run = await self._store.get(run_id)
            if run is None:
                return None
            moved = await self._steps.take(run)
            if moved != run:
                await self._store.keep(moved)
            return moved

    async def _give_up(self, run_id: str, error: Exception) -> None:
        bug = Failure(reason=Reason.INTERNAL, detail=repr(error))
        async with self._turn:
            run = await self._store.get(run_id)
            if run is not None and run.is_open:
                await self._store.keep(run.model_copy(update={"step": PlaylistStep.REFUSED, "failure": bug}))
            elif run is not None:  # its final card failed, too
                await self._store.forget(run_id)

    async def _subject(self, run: Run) -> RunSubject:
        view = await self._queue.view(run.request_id) if run.request_id else None
        card = run_card(run, run.language, longest=self._settings.max_seconds, view=view)
        return RunSubject(run, card, self._note, self.stop, self._store.forget)

    async def _note(self, run_id: str, note: CardNote) -> None:
        async with self._turn:
            latest = await self._store.get(run_id)
            if latest is not None:
                await self._store.keep(latest.model_copy(update=fields_of(note)))
