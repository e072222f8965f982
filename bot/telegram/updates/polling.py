"""Long polling that confirms an update only after its handler: an update in a crash is delivered again."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.delivery.timing import USUAL, Timing
from bot.telegram.sending.rate_limiter import TelegramBot, seconds_of
from bot.telegram.updates.turns import AnyApplication, Turns, read_update

log = logging.getLogger(__name__)

#: Update types with handlers. Edited messages have none: people send a corrected link again.
ALLOWED: Final = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
#: Seconds of one long poll.
LONG_POLL: Final = 25
LONGEST_PAUSE: Final = 30.0


class Polling:
    """Fetches updates and hands them to the application's handlers, in order within a chat, chats in parallel."""

    def __init__(self, app: AnyApplication, timing: Timing = USUAL) -> None:
        self._timing = timing
        self._app = app
        self._offset = 0
        self._turns = Turns(app)

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
            except Conflict as why:
                pause = await self._make_way(why)
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

    async def _make_way(self, why: Conflict) -> float:
        """Remove a webhook, set while FLBT_TELEGRAM_WEBHOOK_URL was. Returns the seconds until the next poll."""
        if "webhook" not in str(why).lower():
            log.warning("another bot polls with this token: stop it, or give this bot its own token")
            return LONGEST_PAUSE
        log.warning("this bot has a webhook: removing it, since FLBT_TELEGRAM_WEBHOOK_URL is not set")
        try:
            await self._app.bot.delete_webhook()
        except TelegramError as error:
            log.warning("webhook not removed: %s", error)
            return LONGEST_PAUSE
        return 0.1

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
            return [read_update(came, bot) for came in await bot.do_api_request("getupdates", asked)]

    async def _handle(self, updates: Sequence[Update]) -> None:
        """Handle the updates, then advance the offset: the next poll confirms them."""
        if updates:
            # Handlers take milliseconds unless the queue is unreachable. A handler whose answer only waits
            # for Telegram's limits does not delay the poll.
            try:
                await asyncio.wait(self._turns.begin(updates), timeout=self._timing.updates)
            finally:  # also when it is cancelled: `finish` waits for the handlers
                self._offset = updates[-1].update_id + 1

    async def finish(self) -> None:
        """After `run` was cancelled: wait for handlers, cancel late ones, confirm the updates."""
        await self._turns.finish(self._timing.grace)
        if self._offset:
            try:
                await self._app.bot.get_updates(offset=self._offset, timeout=0, limit=1, allowed_updates=ALLOWED)
            except Exception as error:  # from Telegram, or the library's parser of the next update
                log.warning("last updates not confirmed, Telegram may send them again: %s", error)
