"""The bot's process: start, polling, and a stop within seconds of a signal."""

import asyncio
import logging
from typing import TYPE_CHECKING

from pydantic import SecretStr
from telegram.error import InvalidToken, TelegramError

from bot import front_end
from bot.delivery.timing import USUAL, Timing
from bot.telegram.app import build
from bot.telegram.updates.polling import Polling
from bot.telegram.updates.turns import AnyApplication
from bot.tokens import TELEGRAM_TOKEN
from jobs.process.patience import insist
from jobs.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.telegram.updates.webhook import Webhook

log = logging.getLogger(__name__)


def run(settings: Settings, redis_url: SecretStr) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `SettingsError` if the token is missing or refused. Retries without end while Telegram is unreachable.
    """
    front_end.run(
        settings, redis_url, lambda it: serve(build(settings, it.queue, it.store), it.stop, settings=settings)
    )


async def serve(
    app: AnyApplication, stop: asyncio.Event, timing: Timing = USUAL, settings: Settings | None = None
) -> None:
    """Start the application, take updates in until `stop` is set, stop it in order.

    `settings`: of a webhook. Raises `SettingsError` for a bad token, or a webhook's port that cannot be had.
    """
    intake = _intake(app, timing, settings)
    try:
        starting = insist(app.initialize, (TelegramError,), "Telegram unreachable", final=(InvalidToken,))
        if not await front_end.until_stopped(starting, stop):
            return
        if app.post_init:
            await app.post_init(app)
        await app.start()
        try:
            log.info("@%s is listening", app.bot.username)
            await front_end.until_stopped(intake.run(), stop)
        finally:
            log.info("stopping")
            await intake.finish()
            await app.stop()
            if app.post_stop:
                await app.post_stop(app)
    except InvalidToken:
        raise SettingsError(TELEGRAM_TOKEN.refused) from None
    finally:
        await app.shutdown()
        await app.bot.shutdown()  # the application skips this if it was never initialised


def _intake(app: AnyApplication, timing: Timing, settings: Settings | None) -> "Polling | Webhook":
    if settings is None or not settings.telegram_webhook_url:
        return Polling(app, timing)
    from bot.telegram.updates.webhook import Webhook, WebhookAddress  # late: only a webhook needs an HTTP server

    address = WebhookAddress(
        settings.telegram_webhook_url, settings.telegram_webhook_host, settings.telegram_webhook_port
    )
    return Webhook(app, address, timing)
