"""Browsers that leave in the middle of an answer."""

import asyncio
import logging

import pytest

from tests.bot.telegram.chat_fixture import PATIENCE
from tests.bot.web.web_fixture import Browser


async def test_a_closed_tab_is_no_error(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with browser.session.get("/api/events") as stream:
        await stream.content.readuntil(b"\n\n")
        stream.close()
    async with asyncio.timeout(PATIENCE):
        while "broken off: GET /api/events" not in caplog.text:
            await asyncio.sleep(0.05)
    await browser.get("/api/tasks")  # after the library's own line about it
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
