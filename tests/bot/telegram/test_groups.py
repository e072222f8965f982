"""A band's group: who is heard, who may do what, topics, languages, and a group that becomes a supergroup."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs.outcomes import Phase
from jobs.queue import JobQueue
from jobs.store import ResultStore
from tests.bot.telegram.rig import OTHER, SONG, Rig, Worker, cards, files, settings_for
from tests.peers.botapi import BotApi, Chat, Message, Person

MP3 = b"\xff\xfb\x90\x00" + bytes(5000)


def band_of(rig: Rig, *, basic: bool = False, forum: bool = False) -> tuple[Chat, Person, Person, Person]:
    """The group, and in it Ana, its admin, Bo and Cy."""
    ana, bo, cy = (rig.server.person(name) for name in ("Ana", "Bo", "Cy"))
    topics = ("Songs", "Gigs") if forum else ()
    return rig.server.group("The Band", [ana, bo, cy], basic=basic, forum=forum, topics=topics), ana, bo, cy


def in_line(message: Message) -> bool:
    return "in line" in message.text.lower()


def done(message: Message) -> bool:
    return "Done in" in message.text


# --- who is heard -------------------------------------------------------------------------------------------------


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
        assert track.model.stems == 4
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
        await band.press(menu, "Every link", by=ana)
        await band.until(lambda message: message == menu and "/setprivacy" in message.text)


async def test_being_added_it_says_how_to_ask(rig: Rig) -> None:
    band, ana, *_ = band_of(rig)
    async with rig.bot():
        band.add_bot(by=ana)
        await band.until(lambda message: "Hi everyone! Send /stems" in message.text)


# --- who may ------------------------------------------------------------------------------------------------------


async def test_only_the_asker_admins_and_the_owner_cancel(rig: Rig) -> None:
    band, ana, bo, cy = band_of(rig)
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=bo)
        card = await band.until(in_line)
        press = await band.press(card, "Cancel", by=cy)
        assert await press.answer() == "Only the one who asked for it or an admin can cancel this."
        await band.say("/cancel", by=cy)
        await band.until(lambda message: message.text == "Only the one who asked for it or an admin can cancel this.")
        assert await rig.phase(band) is Phase.WAITING
        press = await band.press(card, "Cancel", by=ana)
        assert await press.answer() == "Cancelled."
        await band.say(f"/stems {OTHER}", by=bo)
        second = await band.until(lambda message: in_line(message) and message != card)
        assert await (await band.press(second, "Cancel", by=bo)).answer() == "Cancelled."
        await rig.settled()
        await rig.owned_by(cy.id)
        await band.say(f"/stems {SONG}", by=bo)
        third = await band.until(lambda message: in_line(message) and message not in (card, second))
        assert await (await band.press(third, "Cancel", by=cy)).answer() == "Cancelled.", "the owner"
        await band.say("/settings", by=cy)
        menu = await band.until(lambda message: "What you get" in message.text)
        assert await (await band.press(menu, "Zip", by=cy)).answer() == "Saved."
        await rig.settled()
    assert await rig.queue.size() == 0


async def test_an_admin_who_writes_as_the_group_asks_cancels_and_changes_settings(rig: Rig) -> None:
    """Writing, admins are hidden behind the group's name; pressing a button, they are who they are."""
    band, ana, bo, cy = band_of(rig)
    band.admins = [ana.id, bo.id]
    async with rig.bot():
        question = await band.say(f"/stems {SONG}", by=ana, mask=band)
        card = await band.until(in_line)
        assert card.reply_to == question
        press = await band.press(card, "Cancel", by=cy)
        assert await press.answer() == "Only the one who asked for it or an admin can cancel this."
        await band.say("/cancel", by=bo, mask=band)
        await band.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await band.say(f"/stems {SONG}", by=cy)
        card = await band.until(in_line)
        await band.say("/cancel", by=ana, mask=band, reply_to=card)
        await band.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await band.say(f"/stems {OTHER}", by=ana, mask=band)
        card = await band.until(in_line)
        assert await (await band.press(card, "Cancel", by=ana)).answer() == "Cancelled."
        await band.say("/settings", by=bo, mask=band)
        menu = await band.until(lambda message: "What you get" in message.text)
        assert await (await band.press(menu, "Zip", by=cy)).answer() == "Only the group’s admins can change this."
        assert await (await band.press(menu, "Zip", by=bo)).answer() == "Saved."
        await rig.settled()
    assert await rig.queue.size() == 0


async def test_hidden_admins_of_two_groups_do_not_share_their_limit(
    server: BotApi, queue: JobQueue, store: ResultStore, tmp_path: Path
) -> None:
    rig = Rig(server, queue, store, settings_for(server, tmp_path, max_open_per_person=1), Worker(queue, store))
    (band, ana, *_), (other, bo, *_) = band_of(rig), band_of(rig)
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=ana, mask=band)
        await band.until(in_line)
        await other.say(f"/stems {OTHER}", by=bo, mask=other)
        await other.until(in_line)
        await other.say(f"/stems {SONG}", by=bo, mask=other)
        await other.until(lambda message: "You have one song in the works" in message.text)
    assert server.refused == []


async def test_whoever_writes_as_a_channel_is_served_and_is_no_admin_by_that(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    channel = Chat(-1009999999999, "channel", "Bo’s Channel", [bo])
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=ana)
        await band.until(in_line)
        question = await band.say(f"/stems {OTHER}", by=bo, mask=channel)
        own = await band.until(lambda message: message.reply_to == question)
        await band.say("/cancel", by=bo, mask=channel)
        await band.until(lambda message: message == own and message.text.endswith("\nCancelled"))
        await band.say("/cancel", by=bo, mask=channel)
        await band.until(lambda message: message.text == "Only the one who asked for it or an admin can cancel this.")
        assert rig.server.calls("getChatMember") == [], "a channel is nobody’s member"


async def test_what_a_channel_posts_in_itself_is_nobodys_question(rig: Rig) -> None:
    """Nor is what other bots write; neither is answered, and the next person is."""
    ana = rig.ana()
    channel = Chat(-1009999999999, "channel", "A Channel", [ana.members[0]])
    async with rig.bot():
        post = {"message_id": 5, "date": 1, "chat": channel.to_json(), "sender_chat": channel.to_json()}
        for kind in ("channel_post", "message"):
            rig.server.updates.repeat(5000 + len(kind), {"update_id": 5000 + len(kind), kind: post | {"text": SONG}})
        stranger = {"id": 77, "is_bot": True, "first_name": "Other"}
        chat = ana.to_json() | {"id": 77}
        message = {"message_id": 5, "date": 1, "chat": chat, "from": stranger, "text": SONG}
        rig.server.updates.repeat(6000, {"update_id": 6000, "message": message})
        rig.server.updates.next_id = 7000
        await ana.say(SONG)
        await ana.until(in_line)
    assert len(rig.server.calls("sendMessage")) == 1


async def test_cancel_in_a_topic_is_no_reply_to_the_topics_beginning(rig: Rig) -> None:
    band, _, bo, _ = band_of(rig, forum=True)
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=bo, topic=2)
        await band.until(in_line)
        await band.say("/cancel", by=bo, topic=2)
        await band.until(lambda message: message.text == "Cancelled." and message.topic == 2)
        await band.until(lambda message: message.text.endswith("\nCancelled"))
        await rig.settled()


async def test_the_group_chooses_its_language(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    bo.language = "pt-br"
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=bo)
        await band.until(lambda message: "Próxima da fila" in message.text)
        await band.say("/settings", by=ana)
        menu = await band.until(lambda message: "What you get" in message.text)
        assert "everyone in their own language" in menu.text
        await band.press(menu, "English", by=ana)
        await band.until(lambda message: message == menu and "I answer in English" in message.text)
        await band.say(f"/stems {OTHER}", by=bo)
        await band.until(lambda message: "In line, one song ahead" in message.text)
        press = await band.press(menu, "Português", by=ana)
        assert await press.answer() == "Salvo."
        await band.say("/status", by=ana)
        await band.until(lambda message: "2 músicas em andamento" in message.text)


async def test_open_requests_are_limited_by_person_and_by_chat(
    server: BotApi, queue: JobQueue, store: ResultStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, max_open_per_person=2, max_open_per_chat=3)
    rig = Rig(server, queue, store, settings, Worker(queue, store))
    band, ana, bo, cy = band_of(rig)
    links = [f"https://youtu.be/aaaaaaaaa{letter}A" for letter in "abcdef"]
    async with rig.bot():
        await band.say(f"/stems {' '.join(links[:3])}", by=ana)
        await band.until(lambda message: "You have 2 songs in the works" in message.text)
        await band.say(f"/stems {links[3]}", by=bo)
        await band.say(f"/stems {links[4]}", by=cy)
        await band.until(lambda message: "There are 3 songs in the works in this chat" in message.text)
        assert await queue.size() == 3
        await rig.worker.finish(await rig.worker.take())
        await band.until(done)
        await band.say(f"/stems {links[4]}", by=cy)
        await band.until(lambda message: "aaaaaaaaaeA" in message.text)
    assert server.refused == []


async def test_chats_take_turns(rig: Rig) -> None:
    band, ana, *_ = band_of(rig)
    dee = rig.server.private(rig.server.person("Dee"))
    links = [f"https://youtu.be/aaaaaaaaa{letter}A" for letter in "abcd"]
    async with rig.bot():
        await band.say(f"/stems {' '.join(links)}", by=ana)
        await band.until(lambda message: "4 songs, one after the other" in message.text)
        await dee.say(SONG)
        await dee.until(in_line)
        order = []
        for _ in range(5):
            track = await rig.worker.take()
            order.append(track.source.key.removeprefix("youtube:"))
            await rig.worker.finish(track)
        await rig.settled()
    assert order.index("dQw4w9WgXcQ") <= 1, order
    assert len(files(dee)) == 2


# --- a group that becomes a supergroup -----------------------------------------------------------------------------


@pytest.fixture
async def closed(server: BotApi, queue: JobQueue, store: ResultStore, tmp_path: Path) -> AsyncIterator[Rig]:
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
        await new.until(lambda message: message.reply_to is not None and message.reply_to.sender == bo)
        await new.say("/settings", by=bo)
        again = await new.until(lambda message: "O que você recebe" in message.text)
        assert "✓ Zip" in again.labels
    assert [await rig.queue.recent(f"telegram:{old.id}"), await rig.queue.size()] == [[], 0]


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
