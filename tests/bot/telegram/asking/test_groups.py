"""A band's group: access, menus, and a group that becomes a supergroup."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.searches.results import ALL, WORDS, result
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, Worker, cards, files, settings_for
from tests.bot.telegram.chat_steps import MP3, band_of, done, in_line, turned
from tests.peers.botapi import BotApi

# --- access -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [f"/stems {SONG}", f"/stems@fl_bt_test_bot {SONG}", f"@fl_bt_test_bot {SONG}", f"{SONG} @FL_BT_test_bot, do!"],
)
async def test_asked_in_a_topic_everything_comes_there_as_a_reply(rig: Rig, text: str) -> None:
    band, _, bo, _ = band_of(rig, forum=True)
    async with rig.bot():
        await band.say(SONG, by=bo, topic=3)
        asked = await band.say(text, by=bo, topic=3)
        await band.until(in_line)
        await rig.worker.finish(await rig.worker.take())
        await band.until(done)
        await rig.settled()
    assert [message.topic for message in band.from_bot()] == [3, 3, 3]
    assert all(message.reply_to == asked for message in band.from_bot())
    assert len(files(band)) == 2


async def test_a_song_found_in_a_topic_comes_there(rig: Rig) -> None:
    band, _, bo, cy = band_of(rig, forum=True)
    async with rig.bot():
        await band.say(WORDS, by=bo, topic=3)
        asked = await band.say(f"/find@fl_bt_test_bot {WORDS}", by=bo, topic=3)
        await rig.worker.found(result(*ALL))
        hits = await band.until(lambda message: "which one?" in message.text)
        await band.press(hits, hits.labels[0], by=cy)
        await rig.worker.finish(await rig.worker.take())
        await band.until(lambda message: message == hits and done(message))
        await rig.settled()
    assert [message.topic for message in band.from_bot()] == [3, 3, 3]
    assert all(message.reply_to == asked for message in band.from_bot())
    assert cards(band) == [hits]


@pytest.mark.parametrize("text", ["/stems", "@fl_bt_test_bot please"])
async def test_a_reply_to_somebodys_link_or_file_asks_for_that(rig: Rig, text: str) -> None:
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        posted = await band.say(f"listen to this {SONG}", by=ana)
        asked = await band.say(text, by=bo, reply_to=posted)
        card = await band.until(in_line)
        assert card.reply_to == asked
        assert "dQw4w9WgXcQ" in card.text
        song = await band.send_audio(MP3, by=ana, title="Demo", performer="The Band")
        await band.say(text, by=bo, reply_to=song)
        await band.until(lambda message: "The Band - Demo" in message.text)
        assert len(await rig.queue.recent(f"telegram:{band.id}")) == 2


async def test_a_file_with_the_command_under_it(rig: Rig) -> None:
    band, ana, *_ = band_of(rig)
    async with rig.bot():
        await band.send_audio(MP3, by=ana, caption="/stems", title="Demo")
        await band.until(lambda message: "Demo" in message.text)
    assert await rig.queue.size() == 1


async def test_asking_for_nothing_is_answered_with_how_to(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig, forum=True)
    async with rig.bot():
        for text in ("/stems", "@fl_bt_test_bot"):
            await band.say(text, by=bo, topic=2)
            await band.until(lambda message: "Send /stems and a YouTube link" in message.text)
        chatter = await band.say("lunch?", by=ana, topic=2)
        await band.say("/stems", by=bo, topic=2, reply_to=chatter)
        await band.until(lambda message: "I found no link" in message.text)
        await band.say("/stems https://vimeo.com/1", by=bo, topic=2)
        await band.until(lambda message: "I only know links to YouTube" in message.text)
    assert await rig.queue.size() == 0


async def test_every_link_only_where_admins_want_it(rig: Rig) -> None:
    rig.server.privacy = False
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        await band.say(SONG, by=bo)
        await band.say("/settings", by=bo)
        menu = await band.until(lambda message: "What you get" in message.text)
        assert "with /stems, or by mentioning me" in menu.text
        assert (
            await (await band.press(menu, "Every link", by=bo)).answer() == "Only the group’s admins can change this."
        )
        assert await (await band.press(menu, "4 stems", by=bo)).answer() == "Only the group’s admins can change this."
        assert await rig.queue.size() == 0
        assert await (await band.press(menu, "Every link", by=ana)).answer() == "Saved."
        await band.until(lambda message: message == menu and "✓ Every link" in message.labels)
        assert "every YouTube link" in menu.text
        await (await band.press(menu, "4 stems", by=ana)).answer()
        await band.until(lambda message: message == menu and "✓ 4 stems" in message.labels)
        assert "✓ Every link" in menu.labels, "one choice keeps the others"
        asked = await band.say(f"nice one {SONG}", by=bo)
        card = await band.until(in_line)
        assert card.reply_to == asked
        for chatter in ("https://vimeo.com/1", "hello", "https://www.youtube.com/@somebody"):
            await band.say(chatter, by=bo)
        await band.send_audio(MP3, by=bo)
        track = await rig.worker.take()
        assert track.model.name == "spleeter-4"
        await rig.worker.finish(track)
        await band.until(done)
        await rig.settled()
    assert len(cards(band)) == 2, "the menu and the card, and nothing said to what was not for us"
    assert len(rig.server.calls("getChatMember")) == 2, "asked once for each of them"


async def test_with_privacy_on_the_menu_says_what_every_link_needs(rig: Rig) -> None:
    band, ana, *_ = band_of(rig)
    async with rig.bot():
        await band.say("/settings", by=ana)
        menu = await band.until(lambda message: "What you get" in message.text)
        assert "/setprivacy" not in menu.text, "nothing to be done for what nobody wants"
        await band.press(menu, "Every link", by=ana)
        await band.until(lambda message: message == menu and "/setprivacy" in message.text)
        await band.press(menu, "When asked", by=ana)
        await band.until(lambda message: message == menu and "✓ When asked" in message.labels)
    assert "/setprivacy" not in menu.text


async def test_being_added_it_says_how_to_ask(rig: Rig) -> None:
    band, ana, *_ = band_of(rig)
    async with rig.bot():
        band.add_bot(by=ana)
        await band.until(lambda message: "Hi everyone! Send /stems" in message.text)
    assert len(band.from_bot()) == 1, "and says it once"


# --- a group that becomes a supergroup -----------------------------------------------------------------------------


@pytest.fixture
async def closed(server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Rig]:
    yield Rig(server, queue, store, settings_for(server, tmp_path, access="closed"), Worker(queue, store))
    refused = {one.description for one in server.refused}
    assert refused <= {"Bad Request: group chat was upgraded to a supergroup chat"}


@pytest.mark.parametrize("told", [True, False])
async def test_a_supergroup_keeps_everything(closed: Rig, told: bool) -> None:
    """Told by service messages as usual, or only by being refused at the old address."""
    rig = closed
    old, ana, bo, _ = band_of(rig, basic=True)
    await rig.owned_by(ana.id)
    async with rig.bot():
        await old.say("/allow", by=ana)
        await old.until(lambda message: "Everyone in this group" in message.text)
        await old.say("/settings", by=ana)
        menu = await old.until(lambda message: "What you get" in message.text)
        for label in ("Zip", "Português"):
            await (await old.press(menu, label, by=ana)).answer()
            await turned(old, menu, f"✓ {label}")
        await old.say(f"/stems {SONG} {OTHER}", by=bo)
        await old.until(lambda message: "jNQXAC9IVRw" in message.text)
        track = await rig.worker.take()
        if told:
            new = old.upgrade()
        else:
            new = rig.server.group(old.title, old.members, admins=old.admins)
            old.moved_to = new.id
        before = len(old.from_bot())
        await rig.worker.finish(track)
        await rig.worker.finish(await rig.worker.take())
        await new.until(lambda message: message.file is not None)
        await rig.settled()
        assert len(files(new)) == 2
        assert all("2 faixas" in name or "2 stems" in name for name in files(new)), "a zip each, as they chose"
        ended = [card.text for card in cards(new) if "Pronta em" in card.text or "Pronto em" in card.text]
        assert len(ended) == 2, new.transcript()
        assert len(old.from_bot()) == before
        await new.say(f"/stems {SONG}", by=bo)
        await new.until(lambda message: "Você já tem aqui" in message.text)
        await new.say("/settings", by=bo)
        again = await new.until(lambda message: "O que você recebe" in message.text)
        assert "✓ Zip" in again.labels
    assert [await rig.queue.recent(f"telegram:{old.id}"), await rig.queue.size()] == [[], 0]


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_song_in_the_works_gets_a_mark_where_the_group_allows_them(rig: Rig, allowed: bool) -> None:
    if not allowed:
        rig.expected.append("REACTION_INVALID")
    band, ana, bo, _ = band_of(rig)
    band.reactions = allowed
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=ana)
        card = await band.until(lambda message: "line" in message.text)
        await rig.noted(card)
        again = await band.say(f"/stems {SONG}", by=bo)
        if allowed:
            await rig.server.until(lambda: again.reaction == "👀")
            assert band.from_bot() == [card]
        else:
            said = await band.until(lambda message: message.text == "I’m on it already.")
            assert said.reply_to == card


# --- menus ---------------------------------------------------------------------------------------------------------


async def test_menus_by_scope_and_language(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    await rig.owned_by(ana.id)
    rig.server.private(ana).opened = True
    async with rig.bot():
        await rig.server.until(lambda: len(rig.server.commands) == 6)
    menus = rig.server.commands
    assert set(menus) == {
        (scope, code) for scope in ("all_private_chats", "all_group_chats", f"chat:{ana.id}") for code in ("", "pt")
    }
    assert "stems" in menus["all_group_chats", ""]
    assert "stats" in menus[f"chat:{ana.id}", "pt"]
    assert "stats" not in menus["all_private_chats", ""]
    assert menus["all_group_chats", "pt"]["cancel"] == "Parar o que estou fazendo"
