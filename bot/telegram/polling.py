"""Long polling that confirms an update only when it was handled: one that arrives while the bot dies comes again."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.ext import Application

from bot.telegram.rate_limiter import TelegramBot, seconds_of
from bot.telegram.send_window import held_up

log = logging.getLogger(__name__)

#: What we have handlers for. Edited messages are not among them: a corrected link is sent anew.
ALLOWED: Final = [Update.MESSAGE, Update.CALLBACK_QUERY]
#: Seconds that Telegram may keep us waiting for news.
LONG_POLL: Final = 25
#: Seconds that handlers get before the next updates are fetched all the same. They take milliseconds, unless the queue
#: is away; one that is done but for an answer that has to wait, for Telegram's limits, holds up nobody.
PATIENCE: Final = 5.0
LONGEST_PAUSE: Final = 30.0

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class Polling:
    """Fetches updates and hands them to the application's handlers, each chat's in order, chats side by side."""

    def __init__(self, app: AnyApplication) -> None:
        self._app = app
        self._offset = 0
        self._last: dict[int, asyncio.Task[None]] = {}  # by chat: the end of its line of updates

    async def run(self) -> None:
        """Poll until cancelled. Raises `InvalidToken` when the token was revoked; nothing else ends it."""
        pause = 0.0
        while True:
            try:
                updates = await self._fetch()
                pause = 0.0
            except InvalidToken:
                raise
            except RetryAfter as told:
                pause = seconds_of(told)
            except TimedOut:  # the connection slept; nothing is wrong
                pause = min(max(0.2, 2 * pause), LONGEST_PAUSE)
            except Conflict:
                log.warning("another bot is polling with this token: stop it, or give this one a token of its own")
                pause = LONGEST_PAUSE
            except (NetworkError, TelegramError) as error:
                pause = min(max(0.5, 2 * pause), LONGEST_PAUSE)
                log.warning("no updates from Telegram, trying again in %.1f s: %s", pause, error)
            except Exception:
                pause = LONGEST_PAUSE
                log.exception("no updates from Telegram, trying again in %.0f s", pause)
            if pause:
                await asyncio.sleep(pause)
            else:
                await self._handle(updates)

    async def _fetch(self) -> Sequence[Update]:
        """The next updates; one that the library cannot read is an empty one. Raises `TelegramError`."""
        bot: TelegramBot = self._app.bot
        try:
            return await bot.get_updates(offset=self._offset, timeout=LONG_POLL, allowed_updates=ALLOWED)
        except TelegramError:
            raise
        except Exception:  # it can read none of them then, and would not tomorrow either
            # Spelt like this, the library hands over what came as it came. Telegram minds no spelling of methods.
            asked = {"offset": self._offset, "allowed_updates": ALLOWED}
            return [_read(came, bot) for came in await bot.do_api_request("getupdates", asked)]

    async def _handle(self, updates: Sequence[Update]) -> None:
        """Have the updates handled, then count them as confirmed: the next poll tells Telegram."""
        lines: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            chat = update.effective_chat or update.effective_user
            lines[chat.id if chat else 0].append(update)
        free = []
        for chat_id, line in lines.items():
            free.append(asyncio.get_running_loop().create_future())
            self._last[chat_id] = asyncio.create_task(self._in_turn(self._last.get(chat_id), line, free[-1]))
        if free:
            await asyncio.wait(free, timeout=PATIENCE)
            self._last = {chat_id: task for chat_id, task in self._last.items() if not task.done()}
            self._offset = updates[-1].update_id + 1

    async def _in_turn(
        self, before: asyncio.Task[None] | None, line: Sequence[Update], free: "asyncio.Future[None]"
    ) -> None:
        """Handle a chat's updates, after those `before` them. `free`: when nobody needs to wait for that any more."""
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
        """After `run` was cancelled: let handlers end, and confirm what they did."""
        if self._last:
            await asyncio.wait(self._last.values(), timeout=PATIENCE)
        for task in self._last.values():
            task.cancel()
        if self._offset:
            try:
                await self._app.bot.get_updates(offset=self._offset, timeout=0, limit=1, allowed_updates=ALLOWED)
            except Exception as error:  # of Telegram, or of the library over the next update
                log.warning("the last updates may come again: %s", error)


def _read(came: dict[str, Any], bot: TelegramBot) -> Update:
    """An update; without anything in it, when it is of another Bot API than the library knows."""
    try:
        return Update.de_json(came, bot)
    except Exception as error:
        log.error("update %d is left aside, since nobody can read it: %r", came["update_id"], error)
        return Update(came["update_id"])
