"""Very many playlists at once: a bound per person and chat with a sentence, and others' playlists as soon as ever."""

from pathlib import Path

import pytest

from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import Rig, Worker, cards, settings_for
from tests.bot.telegram.chat_steps import band_of
from tests.bot.telegram.setlists import LINK
from tests.peers.botapi import BotApi, Chat, Message


def links(count: int, first: int = 0) -> str:
    return " ".join(f"youtube.com/playlist?list=PL{number:020d}" for number in range(first, first + count))


def looking(message: Message) -> bool:
    return "Looking into the playlist" in message.text


async def test_a_hundred_playlists_in_one_message_are_a_few_and_a_sentence(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        asked = await ana.say(links(80))
        said = await ana.until(lambda message: "5 playlists open" in message.text)
        assert said.reply_to == asked
        assert said.text == (
            "You have 5 playlists open, which is as many as I look after at a time. I left out 75. "
            "Stop one or wait until one is done, and send the rest again."
        )
        await rig.server.until(lambda: sum(looking(message) for message in cards(ana)) == 5)
        assert await answer(rig.queue.redis.hlen(keys.playlists("telegram"))) == 5
        await ana.say(links(1, 200))
        await ana.until(lambda message: "I left one out." in message.text)
        card = next(message for message in cards(ana) if looking(message))
        await (await ana.press(card, "Stop")).answer()
        await ana.until(lambda message: message == card and "Stopped" in message.text)
        again = await ana.say(links(1, 300))
        await ana.until(lambda message: looking(message) and message.reply_to == again)


async def test_endless_mixes_are_refused_in_one_sentence(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(" ".join(f"youtube.com/playlist?list=RD{number:020d}" for number in range(20)))
        await ana.until(lambda message: "it never ends" in message.text)
        await ana.say("/help")
        await ana.until(lambda message: "I split it into stems" in message.text)
    assert len(cards(ana)) == 2


async def test_a_chat_has_its_bound_too(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> None:
    rig = Rig(server, queue, store, settings_for(server, tmp_path, max_open_per_chat=3), Worker(queue, store))
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        await band.say(f"/stems {links(2)}", by=ana)
        await rig.server.until(lambda: sum(looking(message) for message in cards(band)) == 2)
        asked = await band.say(f"/stems {links(2, 10)}", by=bo)
        said = await band.until(lambda message: message.reply_to == asked and "3 playlists open" in message.text)
        assert "There are 3 playlists open in this chat" in said.text


@pytest.mark.usefixtures("true_pace")
async def test_many_listings_of_one_person_do_not_delay_others(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    """At the pace that Telegram asks for: the other's card comes before the last of the many."""
    settings = settings_for(server, tmp_path, max_open_per_person=20)
    rig = Rig(server, queue, store, settings, Worker(queue, store))
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))

    def shown(chat: Chat) -> int:
        return sum(looking(message) for message in cards(chat))

    async with rig.bot():
        await ana.say(links(12))
        await rig.server.until(lambda: shown(ana) > 0)
        await bo.say(LINK)
        await bo.until(looking)
        assert shown(ana) < 12, "cards of one chat wait for that chat alone"
        await rig.server.until(lambda: shown(ana) == 12)
    assert server.refused == []
