"""Rights of people in a group, also when they write as a group or channel."""

from pathlib import Path

from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, Worker, files, settings_for
from tests.bot.telegram.chat_steps import band_of, done, in_line
from tests.peers.botapi import BotApi, Chat


async def test_only_the_asker_admins_and_the_owner_cancel(rig: Rig) -> None:
    band, ana, bo, cy = band_of(rig)
    async with rig.bot():
        await band.say(f"/stems {SONG}", by=bo)
        card = await band.until(in_line)
        press = await band.press(card, "Cancel", by=cy)
        assert await press.answer() == "Only the one who asked for it or an admin can cancel this."
        await band.say("/cancel", by=cy)
        await band.until(lambda message: message.text == "Only the one who asked for it or an admin can cancel this.")
        assert await rig.phase(band) is RequestPhase.WAITING
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
    """Messages of anonymous admins have the group as sender; their presses have the real user."""
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
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
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


async def test_channel_posts_and_messages_of_bots_get_no_answer(rig: Rig) -> None:
    """Neither channel posts nor messages of other bots are answered; the next person is."""
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
    assert await rig.phase(band) is RequestPhase.CANCELLED
    assert await rig.queue.size() == 0


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
    requests = [view.request for view in await rig.queue.attended("telegram")]
    assert [request.language for request in requests] == ["pt-BR", "en"], (
        "each in the language of when it was asked for"
    )


async def test_open_requests_are_limited_by_person_and_by_chat(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
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


async def test_when_too_many_wait_of_all_people_a_newcomer_is_told_and_the_owner_is_not_held_up(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    settings = settings_for(server, tmp_path, max_waiting=2)
    rig = Rig(server, queue, store, settings, Worker(queue, store))
    ana, cy = rig.ana(), rig.server.private(rig.server.person("Cy"))
    await rig.owned_by(cy.id)
    async with rig.bot():
        await ana.say(f"{SONG} {OTHER}")
        await ana.until(lambda message: "2 songs" in message.text)
        other = rig.server.private(rig.server.person("Bo"))
        await other.say("https://youtu.be/aaaaaaaaaaA")
        said = await other.until(
            lambda message: "My line is full: 2 songs are waiting in it, from everybody together." in message.text
        )
        assert "Start now" in said.labels
        await cy.say("https://youtu.be/aaaaaaaaaaE")
        await cy.until(in_line)
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await (await other.press(said, "Start now")).answer()
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await other.until(done)
        await rig.settled()
