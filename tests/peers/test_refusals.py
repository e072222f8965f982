"""The small Bot API server has Telegram's refusals."""

import struct

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaAudio, InputMediaDocument
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from tests.peers.botapi import BotApi, Chat, Pace
from tests.peers.botapi.world import Place

MP3 = b"\xff\xfb\x90\x00" + bytes(2000)
FLAC = b"fLaC" + bytes(2000)


def jpeg(side: int, size: int = 0) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, side, side, 3) + bytes(9)
    return (b"\xff\xd8" + frame).ljust(size, b"\0")


async def refuses(call: object, what: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){what}"):
        await call  # type: ignore[misc]  # any awaitable of the bot


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
