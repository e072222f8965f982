"""The bot's process: start, polling, and a stop within seconds of a signal."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from pydantic import SecretStr
from telegram.error import InvalidToken, TelegramError

from bot.delivery.timing import USUAL, Timing
from bot.telegram.app import build
from bot.telegram.updates.polling import LONGEST_PAUSE, AnyApplication, Polling
from jobs.monitoring.logs import set_up_logging
from jobs.process.privacy import close_to_others
from jobs.queue.requests import JobQueue
from jobs.settings import IN_DATA, Settings, SettingsError
from jobs.store.address import open_store

log = logging.getLogger(__name__)

REFUSED: Final = (
    "Telegram refuses FLBT_TELEGRAM_TOKEN: copy it again from https://t.me/BotFather, "
    "or check FLBT_TELEGRAM_BASE_URL if you run a Bot API server of your own."
)


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` if the token is missing or refused. Retries without end while Telegram is unreachable.
    """
    set_up_logging(settings)
    asyncio.run(_run(settings, redis_url))


async def _run(settings: Settings, redis_url: SecretStr) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    close_to_others(settings.data, IN_DATA)
    queue, store = JobQueue.at(redis_url), open_store(settings, settings.min_free_mb * 1e6)
    await asyncio.to_thread(store.workspace.sweep)  # removes partial files of a killed process
    try:
        await serve(build(settings, queue, store), stop)
    finally:
        await queue.close()


async def serve(app: AnyApplication, stop: asyncio.Event, timing: Timing = USUAL) -> None:
    """Start the application, poll until `stop` is set, stop it in order. Raises `SettingsError` for a bad token."""
    stopping = asyncio.create_task(stop.wait())
    intake = Polling(app, timing)
    try:
        if not await _until_stopped(_insist(app.initialize), stopping):
            return
        if app.post_init:
            await app.post_init(app)
        await app.start()
        try:
            log.info("@%s is listening", app.bot.username)
            await _until_stopped(intake.run(), stopping)
        finally:
            log.info("stopping")
            await intake.finish()
            await app.stop()
            if app.post_stop:
                await app.post_stop(app)
    except InvalidToken:
        raise SettingsError(REFUSED) from None
    finally:
        stopping.cancel()
        await app.shutdown()
        await app.bot.shutdown()  # the application skips this if it was never initialised


async def _until_stopped(work: Awaitable[None], stopping: "asyncio.Task[bool]") -> bool:
    """Await `work` until it ends or `stopping` does. True if `work` ended."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
    if task.cancelled():
        return False
    task.result()
    return True


async def _insist(call: Callable[[], Awaitable[None]]) -> None:
    """Call until Telegram answers. Raises `InvalidToken`, which a retry cannot fix."""
    pause = 1.0
    while True:
        try:
            return await call()
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("Telegram unreachable, retry in %.0f s: %s", pause, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
