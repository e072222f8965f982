"""`fl-bt up`: a private queue that survives restarts, a worker, the bots and the page on one machine, supervised."""

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

#: Secrets in the environment that only one part needs. Bots: by platform.
BOTS = {"telegram": "FLBT_TELEGRAM_TOKEN", "discord": "FLBT_DISCORD_TOKEN"}
WEB = ("FLBT_WEB_TOKEN",)
WORKERS = ("FLBT_YOUTUBE_PROXY", "FLBT_YOUTUBE_COOKIES")


def front_ends(settings: Settings) -> list[str]:
    """The platforms that have a token."""
    tokens = {"telegram": settings.telegram_token, "discord": settings.discord_token}
    return [platform for platform, token in tokens.items() if token is not None]


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
        return await _run_all(parts(settings, url), stack, stop)


async def run_bots(settings: Settings, url: SecretStr) -> int:
    """Run the bot of each platform that has a token, on the queue at `url`. Otherwise like `run_everything`."""
    stop = asyncio.Event()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_, stop.set)
    async with AsyncExitStack() as stack:
        return await _run_all(
            [part for part in parts(settings, url) if part.name not in ("worker", "web")], stack, stop
        )


async def _run_all(wanted: list[Part], stack: AsyncExitStack, stop: asyncio.Event) -> int:
    keepers = [await stack.enter_async_context(running(part)) for part in wanted]
    log.info("running; Ctrl-C stops it")
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({stopped, *keepers}, return_when=asyncio.FIRST_COMPLETED)
    log.info("stopping")
    if stopped.done():
        return 0
    stopped.cancel()
    return MISCONFIGURED if any(_gave_up(keeper) for keeper in keepers) else 1


def parts(settings: Settings, url: SecretStr, *, bot: bool = True, output: IO[bytes] | None = None) -> list[Part]:
    """The processes beside the queue. Their log goes to `output`; queue URL and data folder are set for them."""
    environment = {"FLBT_REDIS_URL": url.get_secret_value(), "FLBT_DATA": str(settings.data.absolute())}
    worker = Part(
        "worker",
        [sys.executable, "-P", "-m", "worker", "run", "--tethered"],
        environment,
        output,
        without=(*BOTS.values(), *WEB),
    )
    bots = [
        Part(
            "bot" if platform == "telegram" else platform,
            [sys.executable, "-P", "-m", "bot", "bot", "--tethered", "--platform", platform],
            environment,
            output,
            without=(*WORKERS, *WEB, *(token for other, token in BOTS.items() if other != platform)),
        )
        for platform in front_ends(settings)
    ]
    web = Part(
        "web",
        [sys.executable, "-P", "-m", "bot", "web", "--tethered"],
        environment,
        output,
        without=(*WORKERS, *BOTS.values()),
    )
    return [worker, *bots, *([web] if settings.web_port else [])] if bot else [worker]


def _gave_up(keeper: "asyncio.Task[None]") -> bool:
    return keeper.done() and isinstance(keeper.exception(), Misconfigured)
