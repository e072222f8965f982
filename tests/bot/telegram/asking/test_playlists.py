"""Playlists: listed first, started by a button, one song at a time, restarts and failures included."""

import asyncio

from jobs.failures import Reason
from jobs.progress import RequestPhase, TrackStage
from jobs.queue.connection import answer
from jobs.queue.listings import keep_listing
from tests.bot.telegram.chat_fixture import SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import reply_to
from tests.bot.telegram.setlists import LINK, LIST, THREE, listing, offered
from tests.peers.botapi import Trouble


async def test_listed_first_then_one_song_after_the_other_on_one_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        asked = await ana.say(LINK)
        card = await ana.until(lambda message: "Looking into the playlist" in message.text)
        assert card.reply_to == asked
        await keep_listing(
            rig.queue.redis,
            listing(
                ("One", 200.0, None),
                ("Epic", 4000.0, None),
                ("Two", 100.0, None),
                ("Hidden", None, Reason.PRIVATE),
                ("Three", 60.0, None),
            ),
        )
        await ana.until(offered)
        assert card.text == (
            "Setlist\n3 songs · 6:00\n"
            "Left out: one that is longer than 30:00.\nLeft out: one that YouTube doesn’t let me have."
        )
        assert await rig.queue.recent(f"telegram:{ana.id}") == [], "nothing begins by itself"
        press = await ana.press(card, "Start: 3 songs")
        assert await press.answer() == "One after the other. /cancel stops it."
        await ana.until(lambda message: "Song 1 of 3\nOne (3:20)\nNext in line" in message.text)
        first = await rig.worker.take()
        assert await rig.queue.redis.zcard("flbt:queue:studio") == 0, "one at a time"
        await rig.worker.report(first, TrackStage.SEPARATING, 0.5)
        await ana.until(lambda message: "Separating voice and band" in message.text)
        await rig.worker.finish(first)
        second = await rig.worker.take()
        await ana.until(lambda message: "Song 2 of 3" in message.text)
        await rig.worker.fail(second, Reason.REGION_BLOCKED)
        third = await rig.worker.take()
        await ana.until(lambda message: message == card and "✗ Two" in message.text)
        await rig.worker.finish(third)
        await ana.until(lambda message: message == card and "2 songs of 3 are here" in message.text)
        await rig.settled()
    assert card.text == "Setlist\nDone: 2 songs of 3 are here.\n✗ Two: YouTube doesn’t show this video where I run."
    assert card.labels == []
    assert len(files(ana)) == 4
    one, three = [message for message in cards(ana) if message != card]
    for song in (one, three):
        assert song.text.splitlines()[1].startswith("Done in")
        assert song.labels == [
            "No vocals",
            "Only vocals",
            "Choose stems…",
            "Practise…",
            "Player",
            "4 stems",
            "5 stems",
            "More…",
        ]
        assert song.edits == [], "posted once, when its files are there"
    sent = [message.is_card for message in ana.from_bot() if message != card]
    assert sent == [False, False, True, False, False, True], "each below its files"


async def test_each_failure_is_told_once(rig: Rig) -> None:
    """In the playlist's card, or in a card of its own where the song may be tried again."""
    ana = rig.ana()
    await keep_listing(rig.queue.redis, listing(("One", 200.0, None), ("Two", 100.0, None)))
    async with rig.bot():
        await ana.say(LINK)
        list_card = await ana.until(offered)
        await (await ana.press(list_card, "Start")).answer()
        await rig.worker.fail(await rig.worker.take(), Reason.REMOVED)
        await rig.worker.fail(await rig.worker.take(), Reason.NETWORK)
        await ana.until(lambda message: "Done: 0 songs" in message.text)
        await ana.until(lambda message: "I couldn’t reach YouTube." in message.text)
        await rig.settled()
    (own,) = [message for message in cards(ana) if message != list_card]
    assert list_card.text.splitlines()[2:] == ["✗ One: This video is no longer on YouTube."]
    assert own.labels == ["Try again"]


async def test_a_song_of_a_playlist_has_what_any_song_has(rig: Rig) -> None:
    """Buttons, /mix and /status; after a restart too, and without the song's files being sent again."""
    ana = rig.ana()
    await keep_listing(rig.queue.redis, listing(("One", 200.0, None)))
    async with rig.bot():
        await ana.say(LINK)
        await (await ana.press(await ana.until(offered), "Start")).answer()
        await rig.worker.finish(await rig.worker.take())
        song = await ana.until(lambda message: "No vocals" in message.labels)
        await rig.settled()
    async with rig.bot():
        await (await ana.press(song, "No vocals")).answer()
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, song)
        asked = await ana.say("/mix only vocals", reply_to=song)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == asked and "Done in" in message.text)
        asked = await ana.say("/status", reply_to=song)
        said = await ana.until(lambda message: message.reply_to == asked)
        assert (said.text, said.labels) == (song.text, song.labels)
        await rig.settled()
    assert [name.partition(" - ")[0] for name in files(ana)] == [
        "vocals",
        "accompaniment",
        "no vocals",
        "vocals",
    ]


async def test_a_song_whose_arrival_is_uncertain_offers_it_again(rig: Rig) -> None:
    ana = rig.ana()
    await keep_listing(rig.queue.redis, listing(("One", 200.0, None)))
    rig.server.fault("sendMediaGroup", Trouble.DROP)
    async with rig.bot():
        await ana.say(LINK)
        await (await ana.press(await ana.until(offered), "Start")).answer()
        await rig.worker.finish(await rig.worker.take())
        song = await ana.until(lambda message: {"Send again", "No vocals"} <= set(message.labels))
        await (await ana.press(song, "Send again")).answer()
        await ana.until(lambda message: message == song and "Send again" not in message.labels)
        await rig.settled()
    assert len(files(ana)) == 2
    assert len(cards(ana)) == 2


async def test_a_restart_goes_on_where_it_was(rig: Rig) -> None:
    ana = rig.ana()
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        await ana.say(LINK)
        card = await ana.until(offered)
    async with rig.bot():
        await (await ana.press(card, "Start")).answer()
        track = await rig.worker.take()
    await rig.worker.finish(track)
    async with rig.bot():
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: "Song 3 of 3" in message.text)
    async with rig.bot():
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: "3 songs of 3 are here" in message.text)
        await rig.settled()
        press = await ana.press_data(card, f"run:{'0' * 16}:start")
        assert await press.answer() == "There is nothing left to do here. /status shows how things stand."
    assert len(files(ana)) == 6
    assert len(cards(ana)) == 1 + 3
    assert await answer(rig.queue.redis.hlen("flbt:playlists:telegram")) == 0


async def test_a_video_in_a_playlist_is_the_one_song_and_the_list_is_offered(rig: Rig) -> None:
    ana = rig.ana()
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        await ana.say(f"{SONG.replace('youtu.be/', 'www.youtube.com/watch?v=')}&list={LIST}")
        offer = await ana.until(lambda message: "I take the one song" in message.text)
        assert await rig.queue.size() == 1
        await ana.press(offer, "The whole playlist")
        await ana.press(offer, "The whole playlist")
        await ana.until(offered)
        await asyncio.sleep(0.3)
    assert sum(offered(message) for message in ana.from_bot()) == 1, "a double tap asks once"


async def test_endless_mixes_are_refused(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say("https://www.youtube.com/playlist?list=RDdQw4w9WgXcQ")
        await ana.until(lambda message: "it never ends" in message.text)
        await ana.say("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=RDdQw4w9WgXcQ")
        beside = await ana.until(lambda message: "I take the one song" in message.text)
        assert beside.labels == []
        assert await rig.queue.size() == 1


async def test_a_made_up_button_gets_no_endless_mix_listed(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say("/settings")
        menu = await ana.until(lambda message: message.labels != [])
        await (await ana.press_data(menu, "list:RDdQw4w9WgXcQ")).answer()
        await ana.until(lambda message: "it never ends" in message.text)
    assert await answer(rig.queue.redis.hlen("flbt:playlists:telegram")) == 0


async def test_stopped_by_its_button_by_cancel_or_before_it_began(rig: Rig) -> None:
    ana, bo = rig.server.person("Ana"), rig.server.person("Bo")
    band = rig.server.group("The Band", [ana, bo], admins=[ana.id])
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        for stop in ("button", "/cancel", "reply", "no"):
            await band.say(f"/stems {LINK}", by=ana)
            card = await band.until(lambda message: offered(message) and "Stopped" not in message.text)
            if stop == "no":
                await (await band.press(card, "No, thanks", by=ana)).answer()
            else:
                assert await (await band.press(card, "Start", by=bo)).answer() == (
                    "Only the one who asked for this playlist or an admin can do that."
                )
                await (await band.press(card, "Start", by=ana)).answer()
                await band.until(lambda message: "Song 1 of 3" in message.text)
                await rig.until_phase(band, RequestPhase.WAITING)
            if stop == "button":
                await band.press(card, "Stop", by=ana)
            elif stop == "/cancel":
                await band.say("/cancel", by=ana)
            elif stop == "reply":
                await band.say("/cancel", by=bo, reply_to=card)
                await band.until(lambda message: message.text.startswith("Only the one who asked for this playlist"))
                await band.say("/cancel", by=ana, reply_to=card)
            await band.until(lambda message: message.text == "Setlist\nStopped.")
            band.delete(card)
        await rig.settled()
    assert await rig.queue.size() == 0
    assert files(band) == []


async def test_a_playlist_moves_with_its_group(rig: Rig) -> None:
    rig.expected.append("group chat was upgraded")
    ana = rig.server.person("Ana")
    old = rig.server.group("The Band", [ana], basic=True)
    await keep_listing(rig.queue.redis, THREE)
    async with rig.bot():
        await old.say(f"/stems {LINK}", by=ana)
        card = await old.until(offered)
        await (await old.press(card, "Start", by=ana)).answer()
        await rig.worker.finish(await rig.worker.take())
        track = await rig.worker.take()
        await old.until(lambda message: "Song 2 of 3" in message.text)
        new = old.upgrade()
        await new.until(lambda message: "Song 2 of 3" in message.text)
        await rig.worker.finish(track)
        await rig.worker.finish(await rig.worker.take())
        await new.until(lambda message: "3 songs of 3 are here" in message.text)
        await rig.settled()
    assert [len(files(old)), len(files(new))] == [2, 4]
    assert len(cards(new)) == 1 + 2
