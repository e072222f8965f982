"""People who come from a chat by a link to the Mixer: whether they may open its song."""

import time
from typing import Final

from bot.chats.access import Access
from bot.chats.app_key import kept_app_key
from bot.chats.song_links import SongMarks
from bot.texts import Language, negotiate
from bot.web.init_data import MiniAppUser, user_of
from bot.web.refusals import refused
from jobs.models import Request
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

TELEGRAM: Final = "telegram"


class Guests:
    """Who may open the Mixer of a song: people with access to the bot that made it, by that bot's own list."""

    def __init__(self, settings: Settings, queue: JobQueue, marks: SongMarks) -> None:
        """`settings`: those of the bots."""
        self._access = settings.access
        self._queue = queue
        self._marks = marks

    async def song(self, mark: str, init_data: str, language: Language) -> tuple[Request, Language]:
        """The request of a mark, and the language of the person. Raises `Refusal` 404, 401 and 403."""
        marked = self._marks.read(mark)
        view = await self._queue.view(marked.request_id) if marked is not None else None
        if marked is None or view is None or view.phase is not RequestPhase.DONE:
            raise refused(404, language, "mixer-unknown")
        request = view.request
        person = request.asker
        if marked.use == "app":
            user = await self._user(init_data) if request.platform == TELEGRAM else None
            if user is None:
                raise refused(401, language, "mixer-who")
            person, language = f"{TELEGRAM}:{user.id}", negotiate(user.language_code or language)
        if not await Access(self._queue.redis, self._access, request.platform).may_ask(person, request.chat):
            raise refused(403, language, "mixer-closed")
        return request, language

    async def _user(self, init_data: str) -> MiniAppUser | None:
        key = await kept_app_key(self._queue.redis) if init_data else None
        return user_of(init_data, key, time.time()) if key is not None else None
