"""What a person sees: from a message to stems, over real HTTP and a real queue."""

import asyncio
from typing import Any

import pytest

from bot.telegram.sources import CLOUD_DOWNLOAD
from jobs.failures import Reason
from jobs.models import Upload
from jobs.outcomes import Phase, Stage
from jobs.store import ResultStore
from tests.bot.telegram.rig import OTHER, SONG, Rig, cards, files, seen
from tests.peers.botapi import Message, Trouble

MP3 = b"\xff\xfb\x90\x00" + bytes(5000)

ALBUM = """\
Ana:         https://youtu.be/dQw4w9WgXcQ
bot:         Elis & Tom - Águas de Março (3:33)
             Done in N s
             [No vocals] [Only vocals]
             [Choose stems…]
             [4 stems] [5 stems] [More…]
bot:         [audio Elis & Tom - Águas de Março (vocals).mp3 Elis & Tom - Águas de Março (vocals) 2000 bytes]
bot:         [audio Elis & Tom - Águas de Março (accompaniment).mp3 Elis & Tom - Águas de Março (accompaniment) 2000 bytes]\
"""  # noqa: E501 - as a person sees it


def done(message: Message) -> bool:
    return "Done in" in message.text


# --- links --------------------------------------------------------------------------------------------------------


async def test_a_link_becomes_a_card_and_an_album(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        assert card.labels == ["Cancel"]
        assert card.reply_to == question
        track = await rig.worker.take()
        await rig.worker.report(track, Stage.SEPARATING, 0.5)
        await ana.until(lambda message: "50 %" in message.text)
        await rig.worker.finish(track)
        await rig.settled()
    assert seen(ana) == ALBUM
    vocals, band = ana.from_bot()[1:]
    assert vocals.album == band.album != ""
    assert vocals.reply_to == question
    assert vocals.file is not None
    assert vocals.file.seconds == 213
    assert "YouTube video youtu.be/dQw4w9WgXcQ\nNext in line" in card.edits


@pytest.mark.parametrize(
    ("buttons", "expected"),
    [
        (["Zip"], ["Elis & Tom - Águas de Março (2 stems).zip"]),
        (
            ["Both", "M4A"],
            [
                "Elis & Tom - Águas de Março (vocals).m4a",
                "Elis & Tom - Águas de Março (accompaniment).m4a",
                "Elis & Tom - Águas de Março (2 stems).zip",
            ],
        ),
        (
            ["FLAC", "4 stems"],
            [f"Elis & Tom - Águas de Março ({stem}).flac" for stem in ("vocals", "drums", "bass", "other")],
        ),
    ],
)
async def test_what_settings_chose_is_what_comes_with_every_next_link(
    rig: Rig, buttons: list[str], expected: list[str]
) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say("/settings")
        menu = await ana.until(lambda message: "What you get" in message.text)
        for label in buttons:
            press = await ana.press(menu, label)
            assert await press.answer() == "Saved."
            await ana.until(lambda message, label=label: message == menu and f"✓ {label}" in message.labels)  # type: ignore[misc]  # a default
        assert all(f"✓ {label}" in menu.labels for label in buttons)
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
    assert files(ana) == expected
    async with rig.bot():
        await ana.say("/settings")
        again = await ana.until(lambda message: "What you get" in message.text and message != menu)
        assert all(f"✓ {label}" in again.labels for label in buttons), "remembered over a restart"
        press = await ana.press(again, f"✓ {buttons[0]}")
        assert await press.answer() == "Saved.", "choosing the same again changes nothing, and is answered"


async def test_links_hide_behind_words_and_in_captions(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        entity = {"type": "text_link", "offset": 5, "length": 4, "url": SONG}
        await ana.say("play this", entities=[entity])
        await ana.until(lambda message: "youtu.be/dQw4w9WgXcQ" in message.text)
        await ana.send_file("photo", b"\xff\xd8\xff", caption=f"and {OTHER}")
        await ana.until(lambda message: "youtu.be/jNQXAC9IVRw" in message.text)
    assert await rig.queue.size() == 2


async def test_each_link_of_a_message_gets_its_card_in_order(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(f"{SONG} and {OTHER} and https://vimeo.com/1")
        await ana.until(lambda message: "One song" not in message.text and "2 songs" in message.text)
        await ana.until(lambda message: "jNQXAC9IVRw\nIn line, one song ahead" in message.text)
        first, second = [card.text for card in cards(ana) if "YouTube video youtu.be" in card.text]
        assert "dQw4w9WgXcQ\nNext in line" in first
        assert "jNQXAC9IVRw" in second
        assert any("One link in there is not a YouTube video" in card.text for card in cards(ana))
        for _ in range(2):
            await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert len(files(ana)) == 4


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hello", "I found no link"),
        ("/nonsense", "I found no link"),
        ("https://vimeo.com/12345", "I only know links to YouTube"),
        ("https://youtube.com.evil.org/watch?v=dQw4w9WgXcQ", "I only know links to YouTube"),
        ("https://www.youtube.com/@somebody", "That link is a channel"),
        ("https://www.youtube.com/playlist?list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf", "Looking into the playlist"),
        (f"https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL{'a' * 32}", "I take the one song"),
        ("/start", "Hi! Send me a YouTube link"),
        ("/help", "Songs can be up to 30:00 long, files up to 20 MB"),
        ("/status", "Nothing in the works"),
        ("/cancel", "There is nothing to cancel"),
        ("/allow", "Only my owner"),
    ],
)
async def test_everything_is_answered(rig: Rig, text: str, answer: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(text)
        await ana.until(lambda message: answer in message.text)


async def test_people_are_answered_in_their_language(rig: Rig) -> None:
    ana = rig.ana("pt")
    async with rig.bot():
        await ana.say("oi")
        await ana.until(lambda message: "Não achei nenhum link" in message.text)
        await ana.say(SONG)
        card = await ana.until(lambda message: "youtu.be" in message.text)
        assert card.labels == ["Cancelar"]
    assert (
        rig.server.commands["all_private_chats", "pt"]["status"]
        != rig.server.commands["all_private_chats", ""]["status"]
    )


async def test_the_same_message_again_makes_no_second_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        update = {"update_id": 999, "message": question.to_json()}
        card = await ana.until(lambda message: "Next in line" in message.text)
        rig.server.updates.repeat(2000, {**update, "update_id": 2000})
        await ana.say("/status")
        await ana.until(lambda message: "One song in the works" in message.text)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        rig.server.updates.repeat(3000, {**update, "update_id": 3000})
        await ana.say("/help")
        await ana.until(lambda message: "/settings" in message.text)
        await rig.settled()
    assert [message for message in cards(ana) if message.reply_to == question] == [card]
    assert len(files(ana)) == 2


async def test_too_many_at_once_are_refused_with_the_number(rig: Rig) -> None:
    ana = rig.ana()
    ids = [f"aaaaaaaa{a}{b}A" for a in "abcde" for b in "abcde"]
    async with rig.bot():
        await ana.say(" ".join(f"https://youtu.be/{one}" for one in ids))
        await ana.until(lambda message: "You have 5 songs in the works" in message.text)
        await ana.until(lambda message: "5 songs, one after the other" in message.text)
        await ana.send_audio(MP3)
        await ana.until(lambda message: message.text.startswith("You have 5 songs in the works"))
    assert await rig.queue.size() == 5


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "about", "heading"),
    [
        (
            "audio",
            {"mime": "audio/mpeg", "name": "a.mp3", "title": "T", "performer": "P", "seconds": 61},
            "P - T (1:01)",
        ),
        ("voice", {"mime": "audio/ogg", "seconds": 3}, "Your file (0:03)"),
        ("video", {"mime": "video/mp4", "name": "gig.mp4", "seconds": 9}, "gig.mp4 (0:09)"),
        ("video_note", {"seconds": 5}, "Your file (0:05)"),
        ("document", {"mime": "audio/flac", "name": "take 3.flac"}, "take 3.flac"),
        ("document", {"mime": "video/x-matroska", "name": "gig.mkv"}, "gig.mkv"),
        ("document", {"mime": "application/octet-stream", "name": "take.wav"}, "take.wav"),
    ],
)
async def test_files_are_brought_into_the_inbox_and_queued(
    rig: Rig, store: ResultStore, kind: str, about: dict[str, Any], heading: str
) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_file(kind, MP3, **about)
        card = await ana.until(lambda message: "Next in line" in message.text)
        assert card.text == f"{heading}\nNext in line"
        track = await rig.worker.take()
        assert isinstance(track.source, Upload)
        assert store.inbox(track.source).read_bytes() == MP3
        await rig.worker.finish(track)
        await ana.until(done)
    assert len(files(ana)) == 2


async def test_documents_of_other_types_are_refused(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_document(b"%PDF", name="score.pdf", mime="application/pdf")
        await ana.until(lambda message: "I can only use audio and video files" in message.text)
    assert await rig.queue.recent(f"telegram:{ana.id}") == []


async def test_a_file_above_telegrams_limit_is_refused_with_the_way_around(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3, size=CLOUD_DOWNLOAD + 1)
        answer = await ana.until(lambda message: "lets bots fetch 20 MB at most" in message.text)
        assert "Bot API server of their own" in answer.text
        assert await rig.queue.recent(f"telegram:{ana.id}") == [], "before anything is queued"
        await ana.send_audio(MP3, size=CLOUD_DOWNLOAD)
        await ana.until(lambda message: "Next in line" in message.text)


async def test_a_file_that_telegram_no_longer_has_fails_with_a_sentence(rig: Rig) -> None:
    rig.expected.append("invalid file_id")
    ana = rig.ana()
    async with rig.bot():
        message = await ana.send_audio(MP3)
        assert message.file is not None
        del rig.server.shelf.files[message.file.id]
        await ana.until(lambda message: "Your file is no longer here" in message.text)
        await rig.settled()


# --- failures, cancelling, status -----------------------------------------------------------------------------------


async def test_a_failure_is_a_sentence_on_the_card(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.fail(await rig.worker.take(), Reason.TOO_LONG, seconds=4000, limit_seconds=1800)
        card = await ana.until(lambda message: "1 h 06 min long" in message.text)
        await rig.settled()
    assert card.labels == []
    assert len(cards(ana)) == 1


async def test_cancel_while_queued(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        press = await ana.press(card, "Cancel")
        assert await press.answer() == "Cancelled."
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        assert await rig.queue.size() == 0
        assert card.labels == []
        again = await ana.press_data(card, "cancel:" + (await rig.queue.recent(f"telegram:{ana.id}"))[0].request.id)
        assert await again.answer() == "Too late: that one is finished already."


async def test_cancel_while_the_worker_is_at_it(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        track = await rig.worker.take()
        await rig.worker.report(track, Stage.SEPARATING, 0.2)
        card = await ana.until(lambda message: "20 %" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        assert not await rig.worker.report(track, Stage.SEPARATING, 0.3), "the worker is told"


async def test_cancel_while_the_file_comes_in(rig: Rig) -> None:
    rig.server.fault("getFile", Trouble.HANG)
    ana = rig.ana()
    async with rig.bot():
        await ana.send_audio(MP3)
        card = await ana.until(lambda message: "Taking in your file" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert await rig.queue.size() == 0


async def test_cancel_while_sending(rig: Rig) -> None:
    rig.server.fault("sendMediaGroup", Trouble.HANG)
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        card = await ana.until(lambda message: message.text.endswith("\nSending"))
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text.endswith("\nCancelled"))
        await rig.settled()
    assert files(ana) == []


async def test_cancel_by_command_asks_which_when_there_are_several(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await ana.until(lambda message: "dQw4w9WgXcQ" in message.text)
        await ana.say("/cancel")
        await ana.until(lambda message: message.text == "Cancelled.")
        first, second = await ana.say(f"{SONG} again"), await ana.say(OTHER)
        await ana.until(lambda message: message.reply_to == second)
        await ana.say("/cancel", reply_to=second)
        await ana.until(lambda message: message.reply_to == second and message.text.endswith("\nCancelled"))
        third = await ana.say(f"{OTHER} again")
        await ana.until(lambda message: message.reply_to == third)
        await ana.say("/cancel")
        which = await ana.until(lambda message: message.text == "Which one?")
        assert which.labels == [
            "YouTube video youtu.be/dQw4w9WgXcQ",
            "YouTube video youtu.be/jNQXAC9IVRw",
            "Cancel all",
        ]
        assert await (await ana.press(which, "Cancel all")).answer() == "2 songs cancelled."
        await ana.until(lambda message: message == which and message.text == "2 songs cancelled.")
        for asked in (first, third):
            await ana.until(lambda message, asked=asked: message.reply_to == asked and "\nCancelled" in message.text)  # type: ignore[misc]  # a default
    assert await rig.queue.size() == 0


async def test_status_lists_what_is_open_and_what_was_finished(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(SONG)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(done)
        await ana.say(OTHER)
        await ana.until(lambda message: "jNQXAC9IVRw" in message.text)
        started = asyncio.get_running_loop().time()
        await ana.say("/status")
        status = await ana.until(lambda message: "in the works" in message.text)
        assert asyncio.get_running_loop().time() - started < 1, "what was promised"
    assert status.text.startswith(
        "One song in the works\n\nYouTube video youtu.be/jNQXAC9IVRw\nNext in line\n\n"
        "Finished lately\n\nElis & Tom - Águas de Março (3:33)\nDone in "
    )


async def test_old_and_foreign_buttons_are_answered(rig: Rig) -> None:
    ana, bo = rig.ana(), rig.server.private(rig.server.person("Bo"))
    async with rig.bot():
        await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        request = (await rig.queue.recent(f"telegram:{ana.id}"))[0].request
        await bo.say("/start")
        hello = await bo.until(lambda message: "Hi!" in message.text)
        for chat, message, data in (
            (bo, hello, f"cancel:{request.id}"),
            (ana, card, "cancel:0123456789abcdef"),
            (ana, card, f"resend:{request.id}:stems-mp3"),
            (ana, card, "what:is:this"),
        ):
            press = await chat.press_data(message, data)
            assert await press.answer() == "There is nothing left to do here. /status shows how things stand."
        assert await rig.phase(ana) is Phase.WAITING
