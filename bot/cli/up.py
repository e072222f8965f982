"""`fl-bt up`: a private queue that survives restarts, a worker and the bot on one machine, supervised."""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack
from typing import IO

from pydantic import SecretStr

from jobs.process.privacy import close_to_others
from jobs.process.supervise import MISCONFIGURED, Misconfigured, Part, running
from jobs.process.valkey import private_valkey
from jobs.settings import IN_DATA, Settings

log = logging.getLogger(__name__)

#: Secrets in the environment that only one part needs.
BOTS = ("FLBT_TELEGRAM_TOKEN",)
WORKERS = ("FLBT_YOUTUBE_PROXY", "FLBT_YOUTUBE_COOKIES")


async def run_everything(settings: Settings) -> int:
    """Run until Ctrl-C or SIGTERM. Returns the exit code: 0 when stopped, 2 if a part is misconfigured, else 1."""
    close_to_others(settings.data, IN_DATA)
    stop = asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    async with AsyncExitStack() as stack:
        url = settings.redis_url
        if url is None:
            try:
                url = stack.enter_context(private_valkey(settings.data / "queue"))
            except RuntimeError as error:
                log.error("%s", error)
                return MISCONFIGURED
        keepers = [await stack.enter_async_context(running(part)) for part in parts(settings, url)]
        log.info("running; Ctrl-C stops it")
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait({stopped, *keepers}, return_when=asyncio.FIRST_COMPLETED)
        log.info("stopping")
        if not stopped.done():
            stopped.cancel()
            return MISCONFIGURED if any(_gave_up(keeper) for keeper in keepers) else 1
    return 0


def parts(settings: Settings, url: SecretStr, *, bot: bool = True, output: IO[bytes] | None = None) -> list[Part]:
    """The processes beside the queue. Their log goes to `output`; queue URL and data folder are set for them."""
    environment = {"FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(settings.data.absolute())}
    worker = Part(
        "worker", [sys.executable, "-P", "-m", "worker", "run", "--tethered"], environment, output, without=BOTS
    )
    services = Part(
        "bot", [sys.executable, "-P", "-m", "bot", "bot", "--tethered"], environment, output, without=WORKERS
    )
    return [worker, services] if bot else [worker]


def _gave_up(keeper: "asyncio.Task[None]") -> bool:
    return keeper.done() and isinstance(keeper.exception(), Misconfigured)
