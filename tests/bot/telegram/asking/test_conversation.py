"""The messages of a chat, from links to stems, over real HTTP and a real queue."""

import pytest

from jobs.progress import TrackStage
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig, cards, files, seen
from tests.bot.telegram.chat_steps import MP3, done

ALBUM = """\
Ana:         https://youtu.be/dQw4w9WgXcQ
bot:         Elis & Tom - Águas de Março (3:33)
             Done in N s
             [No vocals] [Only vocals]
             [Choose stems…] [Practise…] [Player]
             [4 stems] [5 stems] [More…]
bot:         [audio vocals - Elis & Tom - Águas de Março.mp3 Elis & Tom - vocals - Águas de Março 2000 bytes]
bot:         [audio accompaniment - Elis & Tom - Águas de Março.mp3 Elis & Tom - accompaniment - Águas de Março 2000 bytes]\
"""  # noqa: E501 - as a person sees it


# --- links --------------------------------------------------------------------------------------------------------


async def test_a_link_becomes_a_card_and_an_album(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        question = await ana.say(SONG)
        card = await ana.until(lambda message: "Next in line" in message.text)
        assert card.labels == ["Cancel"]
        assert card.reply_to == question
        track = await rig.worker.take()
        await rig.worker.report(track, TrackStage.SEPARATING, 0.5)
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
                "vocals - Elis & Tom - Águas de Março.m4a",
                "accompaniment - Elis & Tom - Águas de Março.m4a",
                "Elis & Tom - Águas de Março (2 stems).zip",
            ],
        ),
        (
            ["FLAC", "4 stems"],
            [f"{stem} - Elis & Tom - Águas de Março.flac" for stem in ("vocals", "drums", "bass", "other")],
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
        ("hello", "Hi! Send me a YouTube link"),
        ("the drummer is late", "Looking for “the drummer is late”…"),
        ("how does this work?", "Songs can be up to 30:00 long, files up to 20 MB"),
        ("/find", "Write /find and the name of a song"),
        ("/nonsense", "I don’t know this command. /help"),
        ("https://vimeo.com/12345", "I only know links to YouTube"),
        ("https://youtu.be/tooshort", "I can’t find a song there"),
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
    assert [answer in message.text for message in ana.from_bot()].count(True) == 1, "once"


async def test_people_are_answered_in_their_language(rig: Rig) -> None:
    ana = rig.ana("pt")
    async with rig.bot():
        await ana.say("oi")
        await ana.until(lambda message: "Oi! Me mande um link" in message.text)
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
        await ana.until(lambda message: message.text.startswith("5 of 25 songs are in line."))
        await ana.send_audio(MP3)
        await ana.until(lambda message: message.text.startswith("You have 5 songs in the works"))
    assert await rig.queue.size() == 5
