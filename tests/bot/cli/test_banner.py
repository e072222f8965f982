"""The banner of a bot on a terminal: its link, and the same as a code that a phone reads."""

import asyncio
import os
import pty
import re
import sys
from pathlib import Path

import pytest
import segno
from pydantic import SecretStr

from bot.banner import COLOURS, banner, qr_code
from bot.texts import say
from tests.peers.botapi import BotApi
from tests.running import PATIENCE, environment

LINK = "https://t.me/fl_bt_test_bot?start=" + "x" * 32
#: Half blocks: whether the upper and the lower module are light.
HALVES = {" ": (0, 0), "\u2580": (1, 0), "\u2584": (0, 1), "\u2588": (1, 1)}


def modules(lines: list[str]) -> list[list[int]]:
    """What a reader sees: 1 for each dark module, without the margin."""
    rows = [[1 - HALVES[one][half] for one in line] for line in lines for half in (0, 1)]
    rows = rows[: len(lines[0])]  # a code is square; the last line has half a row more
    dark = [row for row in rows if any(row)]
    left, right = min(row.index(1) for row in dark), max(len(row) - row[::-1].index(1) for row in dark)
    return [row[left:right] for row in dark]


def test_the_code_is_that_of_the_link() -> None:
    assert modules(qr_code(LINK)) == [list(row) for row in segno.make(LINK, error="l", micro=False).matrix]


def test_a_code_needs_its_width() -> None:
    width = len(qr_code(LINK)[0])
    wide, narrow = (banner("@bot", LINK, ["Open this:"], columns) for columns in (width + 2, width + 1))
    assert narrow == f"\n  FL-BT · @bot\n\n  Open this:\n  {LINK}\n\n"
    assert wide.startswith(narrow)
    assert wide.count(COLOURS[0]) == len(qr_code(LINK))
    assert width < 60, "it fits on a terminal of 80 columns"


@pytest.mark.parametrize("owner", [None, "telegram:1"])
async def test_on_a_terminal_the_banner_is_all_but_one_line(
    tmp_path: Path, valkey_server: SecretStr, queue: object, owner: str | None
) -> None:
    """As in the first minute of `fl-bt up`, for the bot's part of it."""
    if owner is not None:
        await queue.redis.hset("flbt:people", "owner", owner)  # type: ignore[attr-defined]
    async with BotApi(inline_on=owner is not None) as server:
        variables = environment(server, tmp_path / "data", tmp_path, FLBT_REDIS_URL=valkey_server.get_secret_value())
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "bot", "bot", cwd=tmp_path, env=variables, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        shown = b""
        try:
            async with asyncio.timeout(PATIENCE):
                while f"{COLOURS[1]}\r\n\r\n".encode() not in shown or b"is listening" not in shown:
                    shown += await asyncio.to_thread(os.read, ours, 65536)
        finally:
            process.terminate()
            await process.wait()
            os.close(ours)
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line).strip() for line in shown.decode().splitlines()]
    log = [line for line in lines if re.match(r"\d{4}-", line)]
    assert len(log) == 1, log
    assert "FL-BT · @fl_bt_test_bot" in lines
    assert (say("en", "banner-inline") in lines) is (owner is None), "told while inline mode is off"
    (link,) = [line for line in lines if line.startswith("https://")]
    if owner is None:
        assert say("en", "banner-pair") in lines
        assert re.fullmatch(r"https://t\.me/fl_bt_test_bot\?start=[\w-]{32}", link)
    else:
        assert say("en", "banner-open") in lines
        assert link == "https://t.me/fl_bt_test_bot"
