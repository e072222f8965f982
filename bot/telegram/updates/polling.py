"""Long polling that confirms an update only after its handler: an update in a crash is delivered again."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application

from bot.delivery.timing import USUAL, Timing
from bot.telegram.sending.rate_limiter import TelegramBot, seconds_of
from bot.telegram.sending.send_window import held_up

log = logging.getLogger(__name__)

#: Update types with handlers. Edited messages have none: people send a corrected link again.
ALLOWED: Final = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
#: Seconds of one long poll.
LONG_POLL: Final = 25
LONGEST_PAUSE: Final = 30.0

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class Polling:
    """Fetches updates and hands them to the application's handlers, in order within a chat, chats in parallel."""

    def __init__(self, app: AnyApplication, timing: Timing = USUAL) -> None:
        self._timing = timing
        self._app = app
        self._offset = 0
        self._last: dict[int, asyncio.Task[None]] = {}  # by chat: the task of its newest updates

    async def run(self) -> None:
        """Poll until cancelled. Raises `InvalidToken` if the token was revoked, and nothing else."""
        pause = 0.0
        while True:
            try:
                updates = await self._fetch()
                pause = 0.0
            except InvalidToken:
                raise
            except RetryAfter as told:
                pause = seconds_of(told)
            except TimedOut:  # an idle connection, no fault
                pause = min(max(0.2, 2 * pause), LONGEST_PAUSE)
            except Conflict:
                log.warning("another bot polls with this token: stop it, or give this bot its own token")
                pause = LONGEST_PAUSE
            except (NetworkError, TelegramError) as error:
                pause = min(max(0.5, 2 * pause), LONGEST_PAUSE)
                log.warning("no updates from Telegram, retry in %.1f s: %s", pause, error)
            except Exception:
                pause = LONGEST_PAUSE
                log.exception("no updates from Telegram, retry in %.0f s", pause)
            if pause:
                await asyncio.sleep(pause)
            else:
                await self._handle(updates)

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; an update that the library cannot parse is empty. Raises `TelegramError`."""
        bot: TelegramBot = self._app.bot
        try:
            return await bot.get_updates(offset=self._offset, timeout=LONG_POLL, allowed_updates=ALLOWED)
        except TelegramError:
            raise
        except Exception:  # one unreadable update fails the whole batch, at every retry
            # In lower case the method is unknown to the library, which returns raw JSON; Telegram ignores the case.
            asked = {"offset": self._offset, "allowed_updates": ALLOWED}
            return [_read(came, bot) for came in await bot.do_api_request("getupdates", asked)]

    async def _handle(self, updates: Sequence[Update]) -> None:
        """Handle the updates, then advance the offset: the next poll confirms them."""
        lines: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            chat = update.effective_chat or update.effective_user
            lines[chat.id if chat else 0].append(update)
        free = []
        for chat_id, line in lines.items():
            free.append(asyncio.get_running_loop().create_future())
            self._last[chat_id] = asyncio.create_task(self._in_turn(self._last.get(chat_id), line, free[-1]))
        if free:
            # Handlers take milliseconds unless the queue is unreachable. A handler whose answer only waits
            # for Telegram's limits does not delay the poll.
            await asyncio.wait(free, timeout=self._timing.updates)
            self._last = {chat_id: task for chat_id, task in self._last.items() if not task.done()}
            self._offset = updates[-1].update_id + 1

    async def _in_turn(
        self, before: asyncio.Task[None] | None, line: Sequence[Update], free: "asyncio.Future[None]"
    ) -> None:
        """Handle a chat's updates after the task `before`. `free` is set when the next poll need not wait for them."""
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

    async def finish(self) -> None:
        """After `run` was cancelled: wait for handlers, cancel late ones, confirm the updates."""
        if self._last:
            await asyncio.wait(self._last.values(), timeout=self._timing.grace)
        for task in self._last.values():
            task.cancel()
        if self._offset:
            try:
                await self._app.bot.get_updates(offset=self._offset, timeout=0, limit=1, allowed_updates=ALLOWED)
            except Exception as error:  # from Telegram, or the library's parser of the next update
                log.warning("last updates not confirmed, Telegram may send them again: %s", error)


def _read(came: dict[str, Any], bot: TelegramBot) -> Update:
    """An update; empty if the library cannot parse it, e.g. one of a newer Bot API."""
    try:
        return Update.de_json(came, bot)
    except Exception as error:
        log.error("update %d skipped, not parsable: %r", came["update_id"], error)
        return Update(came["update_id"])
