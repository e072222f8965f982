"""Inline queries: `@bot name of a song` in any chat lists files that Telegram has. https://core.telegram.org/bots/inline"""

import logging
from typing import Any, Final

from telegram import (
    InlineQueryResultCachedAudio,
    InlineQueryResultCachedDocument,
    InlineQueryResultsButton,
    Update,
)
from telegram.error import BadRequest
from telegram.ext import CallbackContext

from bot.conversation.services import Services
from bot.conversation.songs.sharing import Shared, SharedFile, share
from bot.conversation.values import Asker
from bot.telegram.address import name
from bot.telegram.chat_platform import TelegramChats
from bot.telegram.sending.rate_limiter import TelegramBot
from bot.texts import negotiate, say

log = logging.getLogger(__name__)

#: Seconds for which Telegram may repeat an answer to the same person: new and forgotten songs show soon.
CACHED: Final = 10
#: The word behind /start of a person who comes by the button. It pairs no owner.
START: Final = "inline"
OVERDUE: Final = "query is too old"


class InlineQueries:
    """The answers of one bot."""

    def __init__(self, services: Services, bot: TelegramBot, chats: TelegramChats) -> None:
        self._services = services
        self._bot = bot
        self._chats = chats

    async def answer(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        query = update.inline_query
        if query is None or query.from_user.is_bot:
            return
        person, language = name(query.from_user.id), negotiate(query.from_user.language_code)
        asker = Asker(person=person, chat=person, language=language, in_group=False)
        shared = await share(self._services, asker, query.query, query.offset, self._chats.is_member)
        try:
            await self._answer(query.id, shared)
        except BadRequest as why:
            if OVERDUE in str(why).lower():
                return  # the person typed on
            log.warning("inline query: %d files refused: %s", len(shared.files), why)
            await self._answer(query.id, Shared(button=say(language, "share-open")))

    async def _answer(self, query_id: str, shared: Shared) -> None:
        button = InlineQueryResultsButton(shared.button, start_parameter=START) if shared.button else None
        await self._bot.answer_inline_query(
            query_id,
            [_result(file) for file in shared.files],
            cache_time=CACHED,
            is_personal=True,
            next_offset=shared.offset or None,
            button=button,
        )


def _result(file: SharedFile) -> InlineQueryResultCachedAudio | InlineQueryResultCachedDocument:
    """A result. Telegram shows the tags of an MP3; other files show the title that they are given here."""
    title, _, extension = file.name.rpartition(".")
    if extension == "mp3":
        return InlineQueryResultCachedAudio(file.id, file.handle)
    return InlineQueryResultCachedDocument(file.id, title, file.handle, description=extension.upper())
