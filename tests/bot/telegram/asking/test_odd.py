"""Unusual messages: each gets a sensible answer, or rightly none."""

import asyncio
from typing import Any

import pytest

from bot.telegram.chat_platform import CLOUD_DOWNLOAD
from bot.telegram.sending.replies import LONGEST, shortened
from jobs.progress import RequestPhase
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import MP3, done, in_line
from tests.peers.botapi import Chat

NOTHING_LEFT = "There is nothing left to do here. /status shows how things stand."
FORWARDED: dict[str, Any] = {
    "forward_origin": {
        "type": "channel",
        "date": 1,
        "chat": {"id": -1001, "type": "channel", "title": "Songs"},
        "message_id": 7,
    }
}


def arrive(rig: Rig, chat: Chat, kind: str = "message", **what: Any) -> int:
    """Something arrives that the person's app wrote in another way than by `say`. Returns the message's number."""
    person = chat.members[0]
    message_id = chat.take_id()
    wire = {"message_id": message_id, "date": 1, "chat": chat.to_json(), "from": person.to_json(), **what}
    update = rig.server.updates.next_id
    rig.server.updates.next_id += 1
    rig.server.updates.repeat(update, {"update_id": update, kind: wire})
    return message_id


# --- messages -----------------------------------------------------------------------------------------------------


async def test_a_forwarded_link_or_song_is_one_like_any_other(rig: Rig) -> None:
    ana = rig.ana()
    ana.opened = True
    song = rig.server.shelf.put((await ana.send_audio(MP3)).file)  # type: ignore[arg-type]  # it has one
    async with rig.bot():
        await ana.until(in_line)
        arrive(rig, ana, text=f"new: {SONG}", **FORWARDED)
        await ana.until(lambda message: "youtu.be/dQw4w9WgXcQ" in message.text)
        arrive(rig, ana, audio=song.to_json() | {"file_unique_id": "another"}, **FORWARDED)
        await rig.server.until(lambda: len(cards(ana)) == 3)
        assert len(await rig.queue.recent(f"telegram:{ana.id}")) == 3


async def test_a_forwarded_link_in_a_group_is_asked_for_by_a_reply(rig: Rig) -> None:
    ana = rig.server.person("Ana")
    band = rig.server.group("The Band", [ana])
    async with rig.bot():
        posted = {"message_id": 5, "date": 1, "chat": band.to_json(), "from": ana.to_json(), "text": SONG, **FORWARDED}
        command = [{"type": "bot_command", "offset": 0, "length": 6}]
        arrive(rig, band, text="/stems", entities=command, reply_to_message=posted)
        await band.until(lambda message: "youtu.be/dQw4w9WgXcQ" in message.text)
    assert await rig.queue.size() == 1


async def test_an_edited_message_asks_for_nothing_again(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        card = await ana.until(in_line)
        assert rig.server.updates.add("edited_message", question.to_json()) == 0, "nor is the bot told of it"
        arrive(rig, ana, "edited_message", text=f"{SONG} {OTHER}", edit_date=2)
        arrive(rig, ana, "edited_message", text="/cancel", edit_date=2)
        await ana.say("/status")
        await ana.until(lambda message: "One song in the works" in message.text)
    assert len(cards(ana)) == 2
    assert in_line(card)


@pytest.mark.parametrize("kind", ["audio", "voice", "video"])
async def test_a_link_under_a_file_is_not_taken_unsaid(rig: Rig, kind: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_file(kind, MP3, caption=f"from {SONG}", mime=f"{kind}/mpeg".replace("voice", "audio"))
        await ana.until(
            lambda message: message.text == "I take the file. If you want the link too, send it on its own."
        )
        await ana.until(in_line)
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        assert view.request.source.kind == "upload"


async def test_a_link_under_what_is_no_song_or_too_large_is_taken(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_document(b"%PDF", name="chords.pdf", mime="application/pdf", caption=SONG)
        await ana.until(lambda message: "youtu.be/dQw4w9WgXcQ" in message.text)
        await ana.send_audio(MP3, size=CLOUD_DOWNLOAD + 1, caption=OTHER)
        await ana.until(lambda message: "youtu.be/jNQXAC9IVRw" in message.text)
    assert len(cards(ana)) == 2


async def test_songs_sent_together_get_a_card_each_in_order(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        for number in range(3):
            await ana.send_audio(MP3, title=f"Song {number}")
        await rig.server.until(lambda: len(cards(ana)) == 3)
    assert [card.text.split("\n")[0] for card in cards(ana)] == ["Song 0", "Song 1", "Song 2"]


async def test_messages_without_text_are_answered_and_service_messages_are_not(rig: Rig) -> None:
    ana = rig.ana()
    ana.opened = True
    async with rig.bot():
        arrive(rig, ana, contact={"phone_number": "1", "first_name": "Bo"})
        arrive(rig, ana, location={"latitude": 1.0, "longitude": 1.0})
        arrive(rig, ana, dice={"emoji": "🎲", "value": 1})
        await rig.server.until(lambda: len(cards(ana)) == 3)
        assert all("I found no link and no audio in there" in card.text for card in cards(ana))
        pinned = cards(ana)[0].to_json()
        arrive(rig, ana, pinned_message=pinned)
        arrive(rig, ana, message_auto_delete_timer_changed={"message_auto_delete_time": 86400})
        await ana.say("/help")
        await ana.until(lambda message: "/settings" in message.text)
    assert len(cards(ana)) == 4


async def test_what_the_library_cannot_read_stands_in_nobodys_way(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """As a Bot API server of one's own may tell of polls, which is of another age than the library."""
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    ana.opened = True
    async with rig.bot():
        arrive(rig, ana, poll={"id": "1"})
        await bo.say(SONG)
        await bo.until(in_line)
        arrive(rig, ana, poll={"id": "2"})
        await ana.say(OTHER)
        await ana.until(in_line)
    assert caplog.text.count("skipped, not parsable") == 2
    assert len(ana.from_bot()) == 1


async def test_a_link_in_answer_to_the_bot_is_meant_for_it(rig: Rig) -> None:
    ana, bo = rig.server.person("Ana"), rig.server.person("Bo")
    band = rig.server.group("The Band", [ana, bo])
    async with rig.bot():
        await band.say("/help", by=ana)
        told = await band.until(lambda message: "Mentioning me does the same" in message.text)
        asked = await band.say(f"then {SONG}", by=bo, reply_to=told)
        await band.until(lambda message: message.reply_to == asked and in_line(message))
        await band.say("thanks!", by=bo, reply_to=told)
        await band.say("/status", by=bo)
        await band.until(lambda message: "One song in the works" in message.text)
    assert len(cards(band)) == 3, "thanks need no answer"


async def test_greeted_in_a_group_it_says_what_works_there(rig: Rig) -> None:
    ana = rig.server.person("Ana", language="pt")
    band = rig.server.group("The Band", [ana])
    async with rig.bot():
        await band.say("/start")
        await band.until(lambda message: "Mandem /stems e um link" in message.text)
    assert len(band.from_bot()) == 1, "and says it once"


# --- taps ---------------------------------------------------------------------------------------------------------


async def test_a_card_that_telegram_no_longer_shows_the_bot_still_has_its_buttons(rig: Rig) -> None:
    """Old messages come without their content: only where they are is known."""
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(done)
        await rig.settled()
    async with rig.bot():
        (view,) = await rig.queue.recent(f"telegram:{ana.id}")
        unseen = {"message_id": card.id, "date": 0, "chat": ana.to_json()}

        async def tap(data: str) -> str:
            press = await ana.press_data(card, data)
            update = max(rig.server.updates.waiting)
            rig.server.updates.waiting[update]["callback_query"]["message"] = unseen
            return await press.answer()

        assert await tap(f"page:{view.request.id}:2") == ""
        await ana.until(lambda message: message == card and "FLAC" in message.labels)
        assert await tap(f"mix:{view.request.id}:v") == "On it, from the stems I have."
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: not message.is_card and "· vocals" in message.text)
        assert await tap(f"cancel:{view.request.id}") == "Too late: that one is finished already."
        assert await tap("run:0123456789abcdef:start") == NOTHING_LEFT
        assert await tap(f"show:{view.request.id}") == ""
        await ana.until(lambda message: message != card and message.text == card.text)
        await rig.settled()
    assert len(files(ana)) == 3


async def test_cancel_tapped_twice_is_answered_twice(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(in_line)
        taps = [await ana.press(card, "Cancel") for _ in range(2)]
        assert [await tap.answer() for tap in taps] == ["Cancelled.", "Too late: that one is finished already."]
        await ana.say(f"{SONG} {OTHER}")
        await ana.say("/cancel")
        which = await ana.until(lambda message: message.text == "Which one?")
        taps = [await ana.press(which, "Cancel all") for _ in range(2)]
        assert [await tap.answer() for tap in taps] == ["2 songs cancelled.", "There is nothing to cancel."]
        await rig.settled()


def test_what_a_tap_is_told_fits_into_what_telegram_shows() -> None:
    assert shortened("Saved.") == "Saved."
    assert shortened("One. " * 39 + "Last.") == "One. " * 39 + "Last."
    assert shortened("One. " * 60).rstrip() == ("One. " * 40).rstrip()
    for text in ("no end to this one " * 20, "One. " + "x" * 500, "x" * 201):
        assert 0 < len(shortened(text)) <= LONGEST


# --- the bot, removed -----------------------------------------------------------------------------------------------


async def test_removed_from_a_group_it_lets_go_and_added_again_it_works(rig: Rig) -> None:
    rig.expected.append("bot was kicked")
    ana = rig.server.person("Ana")
    band, dee = rig.server.group("The Band", [ana]), rig.server.private(rig.server.person("Dee"))
    async with rig.bot():
        await band.say(f"/stems {SONG} {OTHER}", by=ana)
        await rig.server.until(lambda: sum(in_line(card) for card in cards(band)) == 2)
        band.blocked = True
        await rig.worker.finish(await rig.worker.take())
        await rig.until_phase(band, RequestPhase.FAILED)
        await dee.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await dee.until(done)
        await rig.settled()
        async with asyncio.timeout(120):
            while await rig.queue.size():  # no request waits for the other track
                await asyncio.sleep(0.02)
        assert files(band) == []
        band.blocked = False
        band.add_bot(by=ana)
        await band.until(lambda message: "Hi everyone!" in message.text)
        await band.say(f"/stems {SONG}", by=ana)
        await rig.server.until(lambda: len(files(band)) == 2)
        await rig.settled()
