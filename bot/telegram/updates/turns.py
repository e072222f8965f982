"""Turns of updates: in order within a chat, chats in parallel."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from telegram import Update
from telegram.ext import Application

from bot.telegram.sending.rate_limiter import TelegramBot
from bot.telegram.sending.send_window import held_up

log = logging.getLogger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class Turns:
    """Hands updates to the application's handlers."""

    def __init__(self, app: AnyApplication) -> None:
        self._app = app
        self._last: dict[int, asyncio.Task[None]] = {}  # by chat: the task of its newest updates

    def begin(self, updates: Sequence[Update]) -> "list[asyncio.Future[None]]":
        """Begin to handle updates. A future of each chat is set when its updates count as handled."""
        self._last = {chat_id: task for chat_id, task in self._last.items() if not task.done()}
        lines: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            chat = update.effective_chat or update.effective_user
            lines[chat.id if chat else 0].append(update)
        free = []
        for chat_id, line in lines.items():
            free.append(asyncio.get_running_loop().create_future())
            self._last[chat_id] = asyncio.create_task(self._in_turn(self._last.get(chat_id), line, free[-1]))
        return free

    async def _in_turn(
        self, before: asyncio.Task[None] | None, line: Sequence[Update], free: "asyncio.Future[None]"
    ) -> None:
        """Handle a chat's updates after the task `before`. `free` is set when no further update need wait for them."""
        if before is not None:
            await asyncio.wait({before})
        mine = asyncio.current_task()

        def release() -> None:
            if not free.done() and asyncio.current_task() is mine:
                free.set_result(None)

        try:
            for number, update in enumerate(line, 1):
                if number == len(line):
                    held_up.set(release)
                await self._app.process_update(update)
        finally:
            release()

    async def finish(self, seconds: float) -> None:
        """Wait so long for handlers, then cancel them."""
        if self._last:
            await asyncio.wait(self._last.values(), timeout=seconds)
        for task in self._last.values():
            task.cancel()


def read_update(came: dict[str, Any], bot: TelegramBot) -> Update:
    """An update; empty if the library cannot parse it, e.g. one of a newer Bot API."""
    try:
        return Update.de_json(came, bot)
    except Exception as error:
        log.error("update %d skipped, not parsable: %r", came["update_id"], error)
        return Update(came["update_id"])
