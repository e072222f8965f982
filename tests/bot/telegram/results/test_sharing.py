"""Inline mode: `@bot words` in any chat shares files that Telegram has."""

from jobs.models import TrackId
from jobs.queue import keys
from jobs.queue.connection import answer
from jobs.queue.repertoires import Given, GivenFile, Repertoires
from jobs.queue.sent_files import SentFiles
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, files
from tests.bot.telegram.chat_steps import PAIR, band_of, bo, done, reply_to, result, settle_on, turned
from tests.peers.botapi import Chat, Query

TRACK = TrackId("a" * 24)


def names(query: Query) -> list[str]:
    return [file.name for file in query.files]


async def made(rig: Rig, chat: Chat, title: str, link: str = OTHER) -> None:
    """Another song, done."""
    rig.worker.tags = rig.worker.tags.model_copy(update={"title": title})
    await result(rig, chat, link)
    await rig.settled()


async def test_what_was_made_is_shared_at_once_without_uploading(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        await made(rig, ana, "Corcovado")
        uploads = len(rig.server.calls("sendMediaGroup"))
        query = await rig.server.inline(ana.members[0], "AGUAS  elis")
        assert names(query) == PAIR
        assert query.titles == ["Elis & Tom - vocals - Águas de Março", "Elis & Tom - accompaniment - Águas de Março"]
        assert query.kinds == ["audio", "audio"]
        assert query.personal
        assert query.cache_seconds <= 30
        assert query.button == {}
        assert names(await rig.server.inline(ana.members[0], "março voc")) == PAIR[:1]
        newest = await rig.server.inline(ana.members[0], "")
        assert [name.rpartition(" - ")[2] for name in names(newest)] == ["Corcovado.mp3"] * 2 + [
            "Águas de Março.mp3"
        ] * 2
        assert newest.next_offset == ""
        nothing = await rig.server.inline(ana.members[0], "garota de ipanema")
        assert names(nothing) == []
        assert nothing.button == {"text": "Nothing found: send me a song", "start_parameter": "inline"}
    assert [message.file for message in ana.from_bot() if message.file in query.files] == query.files
    assert len(rig.server.calls("sendMediaGroup")) == uploads


async def test_other_formats_are_documents_with_titles(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "M4A")
        card = await result(rig, ana)
        await (await ana.press(card, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, card)
        await rig.settled()
        query = await rig.server.inline(ana.members[0], "no vocals")
    assert query.kinds == ["document"]
    assert query.titles == ["no vocals - Elis & Tom - Águas de Março"]
    assert names(query) == files(ana)[-1:]


async def test_a_stranger_sees_nothing_but_the_way_to_the_bot(rig: Rig) -> None:
    rig.settings = rig.settings.model_copy(update={"access": "closed"})
    ana, other = rig.ana(), bo(rig)
    await rig.owned_by(ana.id)
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        query = await rig.server.inline(other.members[0], "")
        assert (names(query), query.button["text"]) == ([], "Open the bot")
        assert names(await rig.server.inline(ana.members[0], "")) == PAIR


async def test_a_person_sees_nothing_of_other_people(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        await made(rig, other, "Corcovado")
        query = await rig.server.inline(other.members[0], "")
    assert {file.title.rpartition(" - ")[2] for file in query.files} == {"Corcovado"}


async def test_songs_of_a_group_are_for_its_members_who_asked_there(rig: Rig) -> None:
    group, ana, bo, cy = band_of(rig)
    async with rig.bot():
        await group.say(f"/stems {SONG}", by=ana)
        await rig.worker.finish(await rig.worker.take())
        await group.until(done)
        await rig.settled()
        assert names(await rig.server.inline(bo, "")) == [], "Bo did not ask there"
        rig.worker.tags = rig.worker.tags.model_copy(update={"title": "Corcovado"})
        await group.say(f"/stems {OTHER}", by=bo)
        await rig.worker.finish(await rig.worker.take())
        await group.until(lambda message: done(message) and "Corcovado" in message.text)
        await rig.settled()
        assert len(names(await rig.server.inline(bo, ""))) == 4
        assert names(await rig.server.inline(cy, "")) == []
    group.members.remove(bo)
    async with rig.bot():  # which has not cached the members
        left = await rig.server.inline(bo, "")
    assert {file.title.rpartition(" - ")[2] for file in left.files} == {"Corcovado"}, "Bo's own are left"


async def test_a_group_keeps_its_songs_when_it_moves(rig: Rig) -> None:
    group, ana, _, _ = band_of(rig, basic=True)
    async with rig.bot():
        await group.say(f"/stems {SONG}", by=ana)
        await rig.worker.finish(await rig.worker.take())
        await group.until(done)
        await rig.settled()
        new = group.upgrade()
        await new.say("/status", by=ana)
        await new.until(lambda message: "Finished lately" in message.text)
        assert names(await rig.server.inline(ana, "aguas")) == PAIR
    assert await Repertoires(rig.queue.redis).of(f"telegram:{group.id}") == []
    assert await Repertoires(rig.queue.redis).chats(f"telegram:{ana.id}") == [f"telegram:{new.id}"]


async def test_a_forgotten_song_is_not_found_any_more_where_it_was_forgotten(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    async with rig.bot():
        card = await result(rig, ana)
        await rig.settled()
        await other.say(SONG)
        await other.until(done)
        await rig.settled()
        for label, then in (("More…", "Forget"), ("Forget", "Yes, forget it"), ("Yes, forget it", "")):
            await (await ana.press(card, label)).answer()
            if then:
                await turned(ana, card, then)
        assert names(await rig.server.inline(ana.members[0], "")) == []
        assert names(await rig.server.inline(other.members[0], "")) == PAIR


async def test_long_lists_have_pages(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        (handle,) = {message.file.id for message in ana.from_bot() if message.file and message.file.name == PAIR[0]}
        person, repertoires = f"telegram:{ana.id}", Repertoires(rig.queue.redis)
        (before,) = await repertoires.of(person)
        for number in range(60):
            file = GivenFile(key=f"{TRACK}/{number}", name=f"take {number}.mp3")
            note = Given(track_id=TRACK, title="Jam", asker=person, at=before.at + number, files=(file,))
            await repertoires.add(person, note, "jam take")
        keyed = {f"{TRACK}/{number}": handle for number in range(60) if number != 7}
        await SentFiles(rig.queue.redis, "telegram").remember(keyed)
        first = await rig.server.inline(ana.members[0], "jam")
        assert (len(first.files), first.next_offset) == (50, "50")
        second = await rig.server.inline(ana.members[0], "jam", first.next_offset)
        assert (len(second.files), second.next_offset) == (9, ""), "one is unknown to Telegram"
        beyond = await rig.server.inline(ana.members[0], "jam", "junk")
        assert len(beyond.files) == 50


async def test_files_that_telegram_refuses_leave_the_way_to_the_bot(rig: Rig) -> None:
    rig.expected.append("wrong file identifier")
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
        rig.server.shelf.files.clear()
        query = await rig.server.inline(ana.members[0], "")
    assert (names(query), query.button["text"]) == ([], "Open the bot")


async def test_a_repertoire_ages(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await rig.settled()
    for key in (keys.repertoire(f"telegram:{ana.id}"), keys.asks_in(f"telegram:{ana.id}")):
        assert keys.KEEP_SENT - 600 < await answer(rig.queue.redis.ttl(key)) <= keys.KEEP_SENT
