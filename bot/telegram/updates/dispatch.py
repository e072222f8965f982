"""Callbacks of the library: parse an update, call the conversation's handler, send its answers."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, CallbackContext

from bot.conversation import buttons, permissions, turns
from bot.conversation.commands.menu import Handler
from bot.conversation.services import Services
from bot.conversation.values import Incoming, Press
from bot.telegram.sending.rate_limiter import TelegramBot
from bot.telegram.sending.replies import Replies, end_press
from bot.telegram.updates.incoming import asker_of, incoming_of, press_of
from bot.telegram.updates.migration import move
from bot.texts import say

log = logging.getLogger(__name__)

Context = CallbackContext[Any, Any, Any, Any]
Callback = Callable[[Update, Context], Coroutine[Any, Any, None]]


class Dispatch:
    """The callbacks, bound to one bot."""

    def __init__(self, services: Services, bot: TelegramBot, replies: Replies) -> None:
        self._services = services
        self._bot = bot
        self._replies = replies

    async def gate(self, update: Update, _: Context) -> None:
        """Pass an update on to its handler, or stop it."""
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
        """A callback for a handler of new messages. Edited messages are ignored: the original was handled."""

        async def call(update: Update, _: Context) -> None:
            said = await self._read(update)
            if isinstance(said, Incoming):
                await self._replies.to_message(said.place, await handler(self._services, said))

        return call

    async def press(self, update: Update, _: Context) -> None:
        """Perform a button's action and answer its press, also after an error."""
        press, query = await self._read(update), update.callback_query
        if query is None or not isinstance(press, Press):
            return
        said = say(press.asker.language, "went-wrong")
        try:
            said = await self._replies.to_press(query, press.place, await buttons.pressed(self._services, press))
        finally:
            await end_press(query, said)

    async def migrated(self, update: Update, _: Context) -> None:
        """Move a group's data to its new id. Telegram reports the move twice: in the old group and in the new one."""
        message, services = update.message, self._services
        if message is None:
            return
        old, new = message.migrate_from_chat_id or message.chat_id, message.migrate_to_chat_id or message.chat_id
        if old != new:
            await move(services, old, new)
        services.follower.wake()

    async def failed(self, update: object, context: Context) -> None:
        """Log the error, answer the person if possible, and stop the update."""
        try:
            await self._apologise(update, context.error)
        except Exception:
            log.exception("error handler: the answer to the person failed")
        # Otherwise the library runs the next handler group, although the gate failed to check access.
        raise ApplicationHandlerStop

    async def _apologise(self, update: object, error: Exception | None) -> None:
        if error is None or isinstance(error, TelegramError):  # Telegram itself failed
            log.warning("update not handled: %s: %s", type(error).__name__, error)
            return
        message, asker = (update.message, asker_of(update)) if isinstance(update, Update) else (None, None)
        said = incoming_of(message, asker, self._bot) if message is not None and asker is not None else None
        answers = turns.apology(said, error)
        try:
            if said is not None:
                await self._replies.to_message(said.place, answers)
        except TelegramError as again:
            log.warning("error message not sent to the person: %s", again)

    async def _read(self, update: Update) -> Incoming | Press | None:
        """The value of an update; None for an update that no person caused."""
        asker = asker_of(update)
        if asker is None:
            return None
        asker = await turns.in_their_language(self._services, asker)
        if update.callback_query is not None:
            return press_of(update.callback_query, asker)
        return None if update.message is None else incoming_of(update.message, asker, self._bot)
