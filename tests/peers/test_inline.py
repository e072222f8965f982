"""The small Bot API server has Telegram's limits on answers to inline queries."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import (
    Bot,
    InlineQueryResultArticle,
    InlineQueryResultCachedAudio,
    InlineQueryResultCachedDocument,
    InlineQueryResultsButton,
    InputTextMessageContent,
)

from tests.peers.botapi import BotApi, Chat, Query
from tests.peers.test_refusals import FLAC, MP3, refuses


@pytest.fixture
async def query(server: BotApi) -> AsyncIterator[Query]:
    """A query that waits for its answer."""
    asked = asyncio.create_task(server.inline(server.person("Ana"), "elis"))
    yield await server.until(lambda: next(iter(server.queries.values()), None))
    asked.cancel()


async def test_results(bot: Bot, chat: Chat, query: Query) -> None:
    mp3 = (await bot.send_audio(chat.id, MP3, filename="a.mp3")).audio
    m4a = (await bot.send_audio(chat.id, b"\0\0\0\x20ftypM4A " + bytes(99), filename="a.m4a")).audio
    flac = (await bot.send_document(chat.id, FLAC, filename="a.flac")).document
    assert mp3 is not None
    assert m4a is not None
    assert flac is not None

    def audio(number: int, handle: str = mp3.file_id) -> InlineQueryResultCachedAudio:
        return InlineQueryResultCachedAudio(str(number), handle)

    for results, why in (
        ([audio(number) for number in range(51)], "too_much"),
        ([audio(1), audio(1)], "duplicate"),
        ([InlineQueryResultCachedAudio("x" * 65, mp3.file_id)], "id_invalid"),
        ([audio(1, "unknown")], "wrong file identifier"),
        ([audio(1, flac.file_id)], "can't use file of type document as audio"),
        ([audio(1, m4a.file_id)], "content_type"),
        ([InlineQueryResultCachedDocument("1", " ", flac.file_id)], "title"),
        ([InlineQueryResultArticle("1", "x", InputTextMessageContent("x"))], "type"),
    ):
        await refuses(bot.answer_inline_query(query.id, results), why)
    documents = [InlineQueryResultCachedDocument(one, one, one) for one in (m4a.file_id, flac.file_id)]
    await bot.answer_inline_query(query.id, [audio(1), *documents], cache_time=0, is_personal=True, next_offset="50")
    assert [file.id for file in query.files] == [mp3.file_id, m4a.file_id, flac.file_id]
    assert (query.personal, query.cache_seconds, query.next_offset) == (True, 0, "50")
    await refuses(bot.answer_inline_query(query.id, []), "too old")


async def test_offset_button_and_id(bot: Bot, query: Query) -> None:
    await refuses(bot.answer_inline_query("unknown", []), "too old")
    await refuses(bot.answer_inline_query(query.id, [], next_offset="x" * 65), "next_offset")
    for start in ("", "x" * 65, "a b"):
        button = InlineQueryResultsButton("Open", start_parameter=start)
        await refuses(bot.answer_inline_query(query.id, [], button=button), "start_param|exactly one")
    await refuses(
        bot.answer_inline_query(query.id, [], button=InlineQueryResultsButton(" ", start_parameter="a")), "text"
    )
    await bot.answer_inline_query(query.id, [], button=InlineQueryResultsButton("Open", start_parameter="a"))
    assert query.button == {"text": "Open", "start_parameter": "a"}
    assert query.cache_seconds == 300
