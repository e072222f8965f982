"""Between the library's handlers and the conversation's: an update is read, a handler asked, its answers are given."""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from redis.exceptions import RedisError
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, CallbackContext

from bot.conversation import buttons, permissions
from bot.conversation.menu import Handler
from bot.conversation.services import Services
from bot.conversation.values import Asker, Incoming, Press, reply
from bot.telegram.incoming import asker_of, incoming_of, press_of
from bot.telegram.migration import move
from bot.telegram.rate_limiter import TelegramBot
from bot.telegram.replies import Replies, end_press
from bot.texts import say

log = logging.getLogger(__name__)

Context = CallbackContext[Any, Any, Any, Any]
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]


class Dispatch:
    """Callbacks for the library."""

    def __init__(self, services: Services, bot: TelegramBot, replies: Replies) -> None:
        self._services = services
        self._bot = bot
        self._replies = replies

    async def gate(self, update: Update, _: Context) -> None:
        """Let an update through to its handler, or end it here."""
        said = await self._read(update)
        if said is None:
            raise ApplicationHandlerStop
        passes, answers = await permissions.gate(self._services, said)
        if isinstance(said, Incoming):
            await self._replies.to_message(said.place, answers)
        elif answers and update.callback_query is not None:
            await end_press(
                update.callback_query, await self._replies.to_press(update.callback_query, said.place, answers)
            )
        if not passes:
            raise ApplicationHandlerStop

    def message(self, handler: Handler) -> Callback:
        """For handlers of new messages. An edited message is none: what it asks for was asked already."""

        async def call(update: Update, _: Context) -> None:
            said = await self._read(update)
            if isinstance(said, Incoming):
                await self._replies.to_message(said.place, await handler(self._services, said))

        return call

    async def press(self, update: Update, _: Context) -> None:
        """Do what a button says, and tell the person what came of it, whatever that is."""
        press, query = await self._read(update), update.callback_query
        if query is None or not isinstance(press, Press):
            return
        said = say(press.asker.language, "went-wrong")
        try:
            said = await self._replies.to_press(query, press.place, await buttons.pressed(self._services, press))
        finally:
            await end_press(query, said)

    async def migrated(self, update: Update, _: Context) -> None:
        """The group has another id now. Telegram says so twice: in the old group, and in the new one."""
        message, services = update.message, self._services
        if message is None:
            return
        old, new = message.migrate_from_chat_id or message.chat_id, message.migrate_to_chat_id or message.chat_id
        if old != new:
            await move(services, old, new)
        services.follower.wake()

    async def failed(self, update: object, context: Context) -> None:
        """Log first, then tell the person what can be told. An update that went wrong anywhere is over by that."""
        try:
            await self._apologise(update, context.error)
        except Exception:
            log.exception("the apology failed, too")
        # The library would go on with the next group of handlers: past a gate that could not ask who may pass.
        raise ApplicationHandlerStop

    async def _apologise(self, update: object, error: Exception | None) -> None:
        if isinstance(error, RedisError | TelegramError):
            log.warning("an update could not be handled: %s: %s", type(error).__name__, error)
        else:
            log.error("an update could not be handled", exc_info=error)
        if isinstance(error, TelegramError) or not isinstance(update, Update) or update.message is None:
            return  # Telegram is the trouble, or nobody wrote anything
        asker = asker_of(update)
        if asker is None:
            return
        said = incoming_of(update.message, asker, self._bot)
        if asker.in_group and not (said.is_command or said.calls_us):
            return  # most of a group's messages are for others, and nobody wants an answer to all of them
        text = say(asker.language, "queue-away") if isinstance(error, RedisError) else say(asker.language, "went-wrong")
        try:
            await self._replies.to_message(said.place, reply(text))
        except TelegramError as again:
            log.warning("the apology could not be sent: %s", again)

    async def _read(self, update: Update) -> Incoming | Press | None:
        """What an update says to us; None for what no person said."""
        asker = asker_of(update)
        if asker is None:
            return None
        asker = await self._in_language_of_group(asker)
        if update.callback_query is not None:
            return press_of(update.callback_query, asker)
        return None if update.message is None else incoming_of(update.message, asker, self._bot)

    async def _in_language_of_group(self, asker: Asker) -> Asker:
        if not asker.in_group:
            return asker
        group_settings = await self._services.preferences.of_group(asker.chat)
        return replace(asker, language=group_settings.language) if group_settings.language else asker
