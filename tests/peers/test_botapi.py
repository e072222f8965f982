"""The small Bot API server refuses what Telegram refuses, and fails as asked."""

import asyncio
import io
import struct
from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaAudio, InputMediaDocument, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.ext import Application, ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from tests.peers.botapi import BotApi, Chat, Pace, Trouble
from tests.peers.botapi.world import Place

MP3 = b"\xff\xfb\x90\x00" + bytes(2000)
FLAC = b"fLaC" + bytes(2000)


def jpeg(side: int, size: int = 0) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, side, side, 3) + bytes(9)
    return (b"\xff\xd8" + frame).ljust(size, b"\0")


@pytest.fixture(autouse=True)
def _timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Durations as `timedelta`, or python-telegram-bot warns that they will be."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def server() -> AsyncIterator[BotApi]:
    async with BotApi() as one:
        yield one


@pytest.fixture
async def bot(server: BotApi) -> AsyncIterator[Bot]:
    async with Bot(server.token, base_url=server.base_url, base_file_url=server.file_url) as one:
        yield one


@pytest.fixture
async def chat(server: BotApi) -> Chat:
    chat = server.private(server.person("Ana", language="pt"))
    await chat.say("hello")
    return chat


async def refuses(call: object, what: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){what}"):
        await call  # type: ignore[misc]  # any awaitable of the bot


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
    app: Application = (  # type: ignore[type-arg]  # six parameters that nobody reads
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
        older = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        assert await twin.get_updates(timeout=0) == ()
    with pytest.raises(Conflict):
        await older


# --- refusals -----------------------------------------------------------------------------------------------------


async def test_text_and_buttons(server: BotApi, bot: Bot, chat: Chat) -> None:
    await bot.send_message(chat.id, "x" * 4096)
    await refuses(bot.send_message(chat.id, "x" * 4095 + "🎸"), "too long")
    await refuses(bot.send_message(chat.id, " \n"), "empty")
    await refuses(bot.send_message(4711, "x"), "chat not found")
    await refuses(bot.send_message(chat.id, "x", parse_mode="HTML", reply_to_message_id=999), "replied not found")
    for data, fits in (("x" * 64, True), ("é" * 33, False)):
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("b", callback_data=data)]])
        if fits:
            await bot.send_message(chat.id, "x", reply_markup=keyboard)
        else:
            await refuses(bot.send_message(chat.id, "x", reply_markup=keyboard), "button_data_invalid")
    assert [one.code for one in server.refused] == [400] * 5


async def test_edits_and_deletions(bot: Bot, chat: Chat) -> None:
    sent = await bot.send_message(chat.id, "one")
    await refuses(sent.edit_text("one"), "not modified")
    await refuses(bot.edit_message_text("x", chat.id, chat.messages[0].id), "can't be edited")
    await sent.edit_text("two")
    await sent.delete()
    await refuses(sent.edit_text("three"), "message to edit not found")
    await refuses(sent.delete(), "message to delete not found")
    audio = await bot.send_audio(chat.id, MP3, filename="a.mp3")
    await refuses(bot.edit_message_text("x", chat.id, audio.id), "no text")
    await audio.edit_caption("hello")
    assert chat.from_bot()[-1].text == "hello"


async def test_strangers_blocked_wrong_token_and_unknown_button(server: BotApi, bot: Bot, chat: Chat) -> None:
    silent = server.private(server.person("Rui"))
    with pytest.raises(Forbidden, match="initiate"):
        await bot.send_message(silent.id, "hi")
    chat.block()
    with pytest.raises(Forbidden, match="blocked"):
        await bot.send_message(chat.id, "hi")
    await refuses(bot.answer_callback_query("gone"), "query is too old")
    stranger = Bot("1:wrong", base_url=server.base_url)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    for request in stranger._request:
        await request.shutdown()


async def test_audio_is_mp3_or_m4a_and_comes_back_by_file_id(server: BotApi, bot: Bot, chat: Chat) -> None:
    await refuses(bot.send_audio(chat.id, FLAC, filename="a.mp3"), "wrong type of the audio")
    await refuses(bot.send_audio(chat.id, MP3, thumbnail=jpeg(321)), "thumbnail")
    await refuses(bot.send_audio(chat.id, MP3, thumbnail=jpeg(320, 200_001)), "thumbnail")
    sent = await bot.send_audio(
        chat.id, MP3, title="T", performer="P", duration=61, filename="a.mp3", thumbnail=jpeg(320, 1000)
    )
    assert sent.audio is not None
    again = await bot.send_audio(chat.id, sent.audio.file_id)
    assert again.audio is not None
    assert (again.audio.title, again.audio.performer, again.audio.file_name) == ("T", "P", "a.mp3")
    await refuses(bot.send_document(chat.id, sent.audio.file_id), "can't use file of type Audio")
    file = chat.from_bot()[-1].file
    assert file is not None
    assert (file.content, file.seconds, len(file.thumbnail)) == (MP3, 61, 1000)
    fetched = await bot.get_file(sent.audio.file_id)
    assert bytes(await fetched.download_as_bytearray()) == MP3


@pytest.mark.parametrize(("count", "fits"), [(1, False), (2, True), (10, True), (11, False)])
async def test_albums_have_two_to_ten(server: BotApi, bot: Bot, chat: Chat, count: int, fits: bool) -> None:
    media = [InputMediaAudio(MP3, filename=f"{number}.mp3", title=f"{number}") for number in range(count)]
    if fits:
        sent = await bot.send_media_group(chat.id, media)
        assert len({message.media_group_id for message in sent}) == 1
        assert [message.file.title for message in chat.from_bot() if message.file] == [str(n) for n in range(count)]
    else:
        await refuses(bot.send_media_group(chat.id, media), "to send as an album")


async def test_albums_do_not_mix(bot: Bot, chat: Chat) -> None:
    mixed: list[InputMediaAudio | InputMediaDocument] = [
        InputMediaAudio(MP3, filename="a.mp3"),
        InputMediaDocument(FLAC, filename="a.flac"),
    ]
    await refuses(bot.send_media_group(chat.id, mixed), "can't be mixed")
    files = [InputMediaDocument(FLAC, filename="a.flac", thumbnail=jpeg(90)) for _ in range(2)]
    assert len(await bot.send_media_group(chat.id, files)) == 2


async def test_sizes_up_and_down(bot: Bot, chat: Chat, server: BotApi) -> None:
    server.upload_bytes = 100_000
    await bot.send_document(chat.id, bytes(99_000), filename="a.zip")
    with pytest.raises(NetworkError, match="Too Large"):
        await bot.send_document(chat.id, bytes(100_000), filename="a.zip")
    large = await chat.send_audio(MP3, size=(20 << 20) + 1)
    assert large.file is not None
    await refuses(bot.get_file(large.file.id), "too big")


async def test_topics_of_forums_only(bot: Bot, server: BotApi) -> None:
    ana = server.person("Ana")
    forum = server.group("Band", [ana], forum=True, topics=["Songs"])
    await bot.send_message(forum.id, "in it", message_thread_id=2)
    assert forum.from_bot()[0].topic == 2
    await refuses(bot.send_message(forum.id, "in none", message_thread_id=3), "thread not found")
    plain = server.group("Plain", [ana])
    question = await plain.say("/stems")
    reply = await plain.say("/stems again", reply_to=question)
    assert reply.thread == question.id
    await refuses(bot.send_message(plain.id, "x", message_thread_id=reply.thread), "thread not found")
    await bot.send_chat_action(forum.id, "upload_document", message_thread_id=2)
    await refuses(bot.send_chat_action(forum.id, "dancing"), "wrong parameter action")


async def test_a_group_that_moved_says_where(bot: Bot, server: BotApi) -> None:
    old = server.group("Band", [server.person("Ana")], basic=True)
    new = old.upgrade()
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(old.id, "x")
    assert caught.value.new_chat_id == new.id
    await bot.send_message(new.id, "x")


async def test_members_and_menus(bot: Bot, server: BotApi) -> None:
    ana, rui = server.person("Ana"), server.person("Rui")
    group = server.group("Band", [ana, rui])
    assert [admin.user.id for admin in await bot.get_chat_administrators(group.id)] == [ana.id]
    assert (await bot.get_chat_member(group.id, rui.id)).status == "member"
    assert (await bot.get_chat(group.id)).title == "Band"
    await bot.set_my_commands([("help", "What I can do")], language_code="pt")
    assert server.commands["default", "pt"] == {"help": "What I can do"}
    await refuses(bot.set_my_commands([("help", "x")], language_code="pt-BR"), "language")
    await refuses(bot.set_my_commands([("Help", "x")]), "command_invalid")


async def test_flood_control_counts_edits_and_notices_impatience(bot: Bot, chat: Chat, server: BotApi) -> None:
    now = 100.0
    server.clock = lambda: now
    server.pace = Pace(burst=1)
    sent = await bot.send_message(chat.id, "one")
    for _ in range(2):
        with pytest.raises(RetryAfter) as caught:
            await sent.edit_text("two")
        assert caught.value._retry_after.total_seconds() == 1
    assert len(server.pace.impatient) == 1
    now = 101.0
    await sent.edit_text("two")


def test_groups_have_twenty_a_minute_and_all_thirty_a_second() -> None:
    group, pace = Place(-1, "group", "", []), Pace(burst=100)
    assert [pace.ask(group, 1, at / 10) for at in range(20)] == [0] * 20
    assert pace.ask(group, 1, 2.0) == 58
    everyone = Pace(burst=100)
    chats = [Place(number, "private", "", []) for number in range(31)]
    assert [everyone.ask(chat, 1, 5.0) for chat in chats] == [0] * 30 + [1]


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
    hasty = HTTPXRequest(read_timeout=0.2, media_write_timeout=0.2)
    async with Bot(server.token, base_url=server.base_url, request=hasty) as bot:
        with pytest.raises(TimedOut):
            await bot.send_document(chat.id, io.BytesIO(b"PK"), read_timeout=0.2)
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
