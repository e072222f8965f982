"""The small Bot API server behaves like Telegram's, and fails on demand."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import (
    Conflict,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

from tests.peers.botapi import BotApi, Chat, Trouble

MP3 = b"\xff\xfb\x90\x00" + bytes(2000)
FLAC = b"fLaC" + bytes(2000)


# --- the whole round, with an Application that polls -----------------------------------------------------------


async def _echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.effective_message is not None
    button = InlineKeyboardButton("Cancel", callback_data="cancel:1")
    keyboard = InlineKeyboardMarkup([[button]])
    await update.effective_message.reply_text(f"you said {update.effective_message.text}", reply_markup=keyboard)


async def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer("stopped")
    await query.edit_message_text("cancelled")


@pytest.fixture
async def running(server: BotApi) -> AsyncIterator[None]:
    app: Application = (  # type: ignore[type-arg]  # six unused parameters
        ApplicationBuilder().token(server.token).base_url(server.base_url).base_file_url(server.file_url).build()
    )
    app.add_handler(MessageHandler(filters.ALL, _echo))
    app.add_handler(CallbackQueryHandler(_pressed))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(timeout=5, allowed_updates=Update.ALL_TYPES)
        yield
        await app.updater.stop()
        await app.stop()


async def test_a_person_talks_presses_a_button_and_sees_the_edit(server: BotApi, running: None) -> None:
    chat = server.private(server.person("Ana"))
    await chat.say("hello")
    card = await chat.until(lambda message: message.text == "you said hello")
    assert card.labels == ["Cancel"]
    press = await chat.press(card, "Cancel")
    assert await press.answer() == "stopped"
    await chat.until(lambda message: message.text == "cancelled")
    assert card.edits == ["you said hello"]
    assert card.labels == []  # an edit without a keyboard takes the buttons away, as Telegram does
    assert chat.transcript() == "Ana:         hello\nbot:         cancelled"
    assert server.refused == []


async def test_privacy_mode_hides_what_is_not_for_the_bot(server: BotApi, running: None) -> None:
    group = server.group("The Band", [server.person("Ana"), server.person("Rui")])
    await group.say("https://youtu.be/aaaaaaaaaaA")
    await group.say("/stems@another_bot x")
    await group.say("/status")
    answer = await group.until(lambda message: "/status" in message.text)
    await group.say("and this?", reply_to=answer, by=group.members[1])
    await group.until(lambda message: "and this?" in message.text)
    await group.say("hey @fl_bt_test_bot")
    await group.until(lambda message: "hey" in message.text)
    assert len(group.from_bot()) == 3
    server.privacy = False
    await group.say("everything")
    await group.until(lambda message: "everything" in message.text)


async def test_unconfirmed_updates_come_again(server: BotApi, bot: Bot, chat: Chat) -> None:
    first = await bot.get_updates(timeout=0)
    again = await bot.get_updates(timeout=0)
    assert [one.update_id for one in first] == [one.update_id for one in again] != []
    assert await bot.get_updates(offset=first[-1].update_id + 1, timeout=0) == ()
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await asyncio.sleep(0.05)
    await chat.say("later")
    (late,) = await waiting
    assert late.message is not None
    assert late.message.text == "later"


async def test_a_second_poll_ends_the_first(server: BotApi, bot: Bot) -> None:
    async with Bot(server.token, base_url=server.base_url) as twin:
        before = server.updates.polls
        older = asyncio.create_task(bot.get_updates(timeout=5))
        while server.updates.polls == before:
            await asyncio.sleep(0.01)
        assert await twin.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await older


# --- faults ---------------------------------------------------------------------------------------------------------


async def test_faults_answer_as_asked_then_stop(bot: Bot, chat: Chat, server: BotApi) -> None:
    server.fault("sendMessage", Trouble.FLOOD, retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(chat.id, "x")
    for trouble in (Trouble.ERROR, Trouble.GATEWAY, Trouble.DROP):
        server.fault("sendMessage", trouble)
        with pytest.raises(NetworkError):
            await bot.send_message(chat.id, "x")
    assert chat.from_bot() == []
    server.fault("sendMessage", Trouble.ERROR, after=1)
    await bot.send_message(chat.id, "one")
    with pytest.raises(NetworkError):
        await bot.send_message(chat.id, "two")
    assert server.refused == []
    assert len(server.calls("sendMessage")) == 6


async def test_a_lost_answer_leaves_the_file_in_the_chat(bot: Bot, chat: Chat, server: BotApi) -> None:
    server.fault("sendAudio", Trouble.LOST)
    with pytest.raises(NetworkError):
        await bot.send_audio(chat.id, MP3)
    assert [message.file.content for message in chat.from_bot() if message.file] == [MP3]


async def test_a_hang_ends_in_the_clients_time_out(server: BotApi, chat: Chat) -> None:
    server.fault("sendDocument", Trouble.HANG)
    async with Bot(server.token, base_url=server.base_url) as bot:
        with pytest.raises(TimedOut):
            await bot.send_document(chat.id, io.BytesIO(b"PK"), read_timeout=0.5)
    assert chat.from_bot() == []


async def test_local_mode_reads_and_gives_paths(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("local") / "a b.mp3"
    path.write_bytes(MP3)
    async with BotApi(local=True) as server:
        chat = server.private(server.person("Ana"))
        large = await chat.send_audio(MP3, size=30 << 20)
        async with Bot(server.token, server.base_url, server.file_url, local_mode=True) as bot:
            await bot.send_audio(chat.id, path)
            assert large.file is not None
            fetched = await bot.get_file(large.file.id)
            assert await fetched.download_to_drive() is not None
            assert [one.uploads for one in server.calls("sendAudio")] == [{}]
