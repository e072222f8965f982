"""Download of a file that a chat platform keeps at an address of the web."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import httpx

from bot.delivery.platform import Away, Refused, TooLarge

QUIET: Final = 60.0  # seconds without a byte
_GONE: Final = (401, 403, 404, 410)


async def download(url: str, to: Path, most: int) -> bool:
    """Write the file at `url` to `to`. False if the address is not valid any more.

    `most`: bytes, as the platform told the size; 0: unknown. Raises `TooLarge`, and `Away` for all other failures.
    """
    written = 0
    try:
        async with httpx.AsyncClient(timeout=QUIET) as http, http.stream("GET", url) as answer:
            if answer.status_code in _GONE:
                return False
            if answer.status_code != httpx.codes.OK:
                raise Away(f"the download is answered with {answer.status_code}")
            with to.open("wb") as file:
                async for block in answer.aiter_bytes(1 << 16):
                    written += len(block)
                    if most and written > most:
                        raise TooLarge(f"longer than the {most} bytes that the platform told")
                    file.write(block)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Away(f"{type(error).__name__}: {error}") from error
    return True


async def download_renewed(url: str, to: Path, most: int, renew: Callable[[], Awaitable[str | None]]) -> None:
    """`download`, from the address that `renew` tells if `url` is not valid any more. Raises `Refused` without one."""
    if not await download(url, to, most):
        fresh = await renew()
        if fresh is None or not await download(fresh, to, most):
            raise Refused("the file is gone")
