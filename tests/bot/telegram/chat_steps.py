"""Steps of chat tests: messages, taps, and waiting for answers."""

from tests.bot.telegram.chat_fixture import BEGINNINGS, SONG, Rig
from tests.peers.botapi import Chat, Message, Person, Press

MP3 = BEGINNINGS["mp3"] + bytes(5000)
NAME = "Elis & Tom - Águas de Março"  # of every song, unless its worker says otherwise
PAIR = [f"vocals - {NAME}.mp3", f"accompaniment - {NAME}.mp3"]


def done(message: Message) -> bool:
    return "Done in" in message.text


def in_line(message: Message) -> bool:
    return "in line" in message.text.lower()


def bo(rig: Rig) -> Chat:
    return rig.server.private(rig.server.person("Bo"))


def band_of(rig: Rig, *, basic: bool = False, forum: bool = False) -> tuple[Chat, Person, Person, Person]:
    """The group, and in it Ana, its admin, Bo and Cy."""
    ana, bo, cy = (rig.server.person(name) for name in ("Ana", "Bo", "Cy"))
    topics = ("Songs", "Gigs") if forum else ()
    return rig.server.group("The Band", [ana, bo, cy], basic=basic, forum=forum, topics=topics), ana, bo, cy


async def result(rig: Rig, chat: Chat, text: str = SONG) -> Message:
    """The final card of a song that was just asked for, and for which the worker had to do something."""
    question = await chat.say(text)
    await rig.worker.finish(await rig.worker.take())
    return await chat.until(lambda message: message.reply_to == question and done(message))


async def again(chat: Chat, text: str = SONG) -> Message:
    """Ask for a song whose files came lately, and have them sent again. Returns the pressed message."""
    question = await chat.say(text)
    here = await chat.until(lambda message: message.id > question.id and "You have it here" in message.text)
    await (await chat.press(here, "Send again")).answer()
    return here


async def settle_on(chat: Chat, *labels: str) -> None:
    await chat.say("/settings")
    menu = await chat.until(lambda message: "What you get" in message.text)
    for label in labels:
        await (await chat.press(menu, label)).answer()
        await turned(chat, menu, f"✓ {label}")


async def turned(chat: Chat, card: Message, label: str) -> None:
    """The card shows a page with this button."""
    await chat.until(lambda message: message == card and label in message.labels)


async def reply_to(chat: Chat, card: Message) -> Message:
    """The newest file or finished card under another one."""
    return await chat.until(lambda message: message.reply_to == card and (message.file is not None or done(message)))


async def answered_soon(press: Press) -> str:
    """The answer to a press, which never waits for the chat's pace of up to a minute."""
    return await press.answer(20)
