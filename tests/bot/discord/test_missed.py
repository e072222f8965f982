"""What people wrote while no bot was there: read at the next start, once, and not without end."""

from bot.discord import missed
from tests.bot.discord.discord_fixture import OTHER, PAIR, SONG, Rig, cards, done, files
from tests.peers.discord import Channel, Message

DAY = 24 * 3600 * 1000 << 22  # in ids, which begin with milliseconds
GET = "GET /channels/{channel}/messages"


async def test_what_was_written_while_no_bot_was_there_is_read_later(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    chat = rig.server.direct(ana)
    async with rig.bot():
        await rig.server.say(chat, ana, "?!")
        await chat.until(lambda message: "no link" in message.text)
    await rig.server.say(chat, ana, SONG)
    async with rig.bot():
        await rig.worker.finish(await rig.worker.take())
        await chat.until(done)
        await rig.settled()
    assert files(chat) == PAIR


def answers(channel: Channel, message: Message) -> list[str]:
    return [one.text for one in channel.from_bot() if one.reply_to is message]


async def test_what_was_asked_in_a_server_while_no_bot_was_there_is_done_later(rig: Rig) -> None:
    channel, ana, bo = rig.band()
    thread, us = rig.server.thread(channel), rig.server.mention
    before = await rig.server.say(channel, ana, f"{us} before the first start")
    async with rig.bot():
        card = await rig.result(channel, ana)
        heard = await rig.server.say(channel, ana, f"{us} at eight?")
        await channel.until(lambda message: message.reply_to is heard)
    await rig.server.say(channel, bo, "not for the bot")
    old = await rig.server.say(channel, bo, f"{us} {OTHER}")
    old.id -= DAY + (60_000 << 22)
    replied = await rig.server.say(channel, ana, "no vocals", to=card)
    asked = await rig.server.say(thread, bo, f"{us} {OTHER}")
    for _ in range(2):  # the second time there is nothing left to do
        async with rig.bot():
            if not answers(thread, asked):
                for _ in range(2):
                    await rig.worker.finish(await rig.worker.take())
            await thread.until(done)
            await rig.settled()
    assert files(channel) == [*PAIR, "no_vocals_-_Elis_Tom_-_Aguas_de_Marco.mp3"]
    assert files(thread) == PAIR
    assert [len(answers(channel, one)) for one in (before, old, heard, replied)] == [0, 0, 1, 2]


async def test_only_the_newest_messages_are_read_of_the_channels_that_were_written_in_last(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    guild = rig.server.guild("The Band", ana, channels=tuple(f"room {number}" for number in range(60)))
    busy, us = guild.channels[0], rig.server.mention
    async with rig.bot():
        pass
    for channel in guild.channels[1:]:
        await rig.server.say(channel, ana, "hello")
    first = await rig.server.say(busy, ana, f"{us} the first")
    for _ in range(missed.MOST_MESSAGES - 1):
        busy.messages.append(Message(busy, ana, "talk"))
    last = await rig.server.say(busy, ana, f"{us} the last")
    rig.server.requests.clear()
    async with rig.bot():
        await busy.until(lambda message: message.reply_to is last)
    assert answers(busy, first) == []
    assert len(rig.server.calls(GET)) == missed.MOST_CHANNELS


async def test_a_channel_that_may_not_be_read_keeps_no_other_from_it(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    closed, open_ = rig.server.guild("Closed", ana).channels[0], rig.server.guild("Open", ana).channels[0]
    rig.expected += ["50001"]
    async with rig.bot():
        pass
    for channel in (closed, open_):
        await rig.server.say(channel, ana, f"{rig.server.mention} {SONG}")
    assert closed.guild is not None
    closed.guild.rights = 0
    async with rig.bot():
        await rig.worker.finish(await rig.worker.take())
        await open_.until(done)
        await rig.settled()
    assert cards(closed) == []
