"""People who come from a chat by a link to the Mixer: whether they may open its song, and work with it."""

import secrets
import time
from typing import Final

from bot.chats.access import Access
from bot.chats.app_key import kept_app_key
from bot.chats.song_links import SongMarks, mixer_chat
from bot.texts import Language, negotiate
from bot.web.init_data import MiniAppUser, user_of
from bot.web.refusals import refused
from bot.web.tickets import LASTS, Ticket
from jobs.models import Request
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.settings import Settings

TELEGRAM: Final = "telegram"


class Guests:
    """Who may open the Mixer of a song: people with access to the bot that made it, by that bot's own list."""

    def __init__(self, settings: Settings, queue: JobQueue, marks: SongMarks) -> None:
        """`settings`: those of the bots."""
        self._setting = settings.access
        self._queue = queue
        self._marks = marks

    async def enter(self, mark: str, init_data: str, language: Language) -> tuple[Request, Ticket, Language]:
        """The request of a mark, the ticket and the language of the person. Raises `Refusal` 404, 401 and 403."""
        marked = self._marks.read(mark)
        view = await self._queue.view(marked.request_id) if marked is not None else None
        if marked is None or view is None or view.phase is not RequestPhase.DONE:
            raise refused(404, language, "mixer-unknown")
        request = view.request
        chat = mixer_chat(request.chat, request.source.key)
        person = chat
        if marked.use == "app":
            user = await self._user(init_data) if request.platform == TELEGRAM else None
            if user is None:
                raise refused(401, language, "mixer-who")
            person, language = f"{TELEGRAM}:{user.id}", negotiate(user.language_code or language)
        ticket = Ticket(
            request_id=request.id,
            use=marked.use,
            person=person,
            chat=chat,
            number=secrets.token_hex(8),
            until=time.time() + LASTS,
        )
        await self.check(ticket, request, language)
        return request, ticket, language

    async def check(self, ticket: Ticket, request: Request, language: Language) -> None:
        """Whether the person still has access, or, of a link, the song's asker. Raises `Refusal` 403."""
        person = ticket.person if ticket.is_known else request.asker
        if not await self.access(request.platform).may_ask(person, request.chat):
            raise refused(403, language, "mixer-closed")

    def access(self, platform: str) -> Access:
        """A bot's own list, with its owner."""
        return Access(self._queue.redis, self._setting, platform)

    async def _user(self, init_data: str) -> MiniAppUser | None:
        key = await kept_app_key(self._queue.redis) if init_data else None
        return user_of(init_data, key, time.time()) if key is not None else None
