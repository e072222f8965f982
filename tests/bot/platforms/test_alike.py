"""The same conversation on Telegram, on Discord and on the web: one suite, three adapters."""

import asyncio
from typing import Any

import pytest

from jobs.failures import Reason
from tests.bot.platforms.talks import PLATFORMS, Talk
from tests.bot.telegram.chat_fixture import OTHER, PATIENCE, SONG

PAIR = ["vocals elis tom aguas de marco mp3", "accompaniment elis tom aguas de marco mp3"]


async def noted(talk: Talk, card: Any) -> None:
    """Wait until the queue has the note of a card."""
    async with asyncio.timeout(PATIENCE):
        while True:
            views = [one for name in ("telegram", "discord") for one in await talk.worker.queue.attended(name)]
            if any(f'"{card.id}"' in view.card for view in views):
                return
            await asyncio.sleep(0.02)


async def test_a_link(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.until(lambda message: "line" in message.text)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    assert card.text.splitlines()[0] == "Elis & Tom - Águas de Março (3:33)"
    assert talk.files() == PAIR


async def test_two_links_of_one_message(talk: Talk) -> None:
    await talk.say(f"{SONG} {OTHER}")
    await talk.until(lambda message: "2 songs, one after the other" in message.text)
    for _ in range(2):
        await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == PAIR * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("🎸?!", "I found no link and no audio in there."),
        ("how does this work?", "Send me a YouTube link, or a song as an audio file"),
        ("Hello!", "Hi! Send me a YouTube link or an audio file"),
        ("thanks a lot", "You’re welcome!"),
        ("https://example.org/x", "I only know links to YouTube."),
        ("https://www.youtube.com/@band", "That link is a channel or a search"),
    ],
)
async def test_what_is_no_song_is_answered_in_the_same_words(talk: Talk, text: str, said: str) -> None:
    await talk.say(text)
    assert (await talk.until(lambda message: said in message.text)).text.startswith(said)


async def test_a_failure_has_its_sentence(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.fail(await talk.worker.take(), Reason.PRIVATE)
    await talk.until(lambda message: "This video is private." in message.text)
    await talk.settled()
    assert talk.files() == []


async def test_what_may_pass_can_be_tried_again(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.fail(await talk.worker.take(), Reason.MODEL_UNAVAILABLE)
    card = await talk.until(lambda message: "couldn’t fetch what I need" in message.text)
    await talk.settled()
    assert await talk.press(card, "Try again") == "On it again."
    await talk.worker.finish(await talk.worker.take())
    await talk.until(lambda message: "Done in" in message.text and message.id != card.id)
    await talk.settled()
    assert talk.files() == PAIR


async def test_a_failure_of_the_song_itself_is_not_tried_again(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.fail(await talk.worker.take(), Reason.PRIVATE)
    card = await talk.until(lambda message: "This video is private." in message.text)
    await talk.settled()
    assert "Try again" not in str(card.buttons)


@pytest.mark.parametrize("talk", PLATFORMS, indirect=True)
async def test_the_same_link_again_while_it_is_in_the_works(talk: Talk) -> None:
    await talk.say(SONG)
    card = await talk.until(lambda message: "line" in message.text)
    await noted(talk, card)
    await talk.say(SONG)
    said = await talk.until(lambda message: message.text == "I’m on it already.")
    assert said.reply_to.id == card.id
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == PAIR
    await talk.say(SONG)  # it is no longer in the works, but here
    here = await talk.until(lambda message: "You have it here" in message.text)
    assert here.reply_to.id == card.id
    assert talk.files() == PAIR
    await talk.press(here, "Send again")
    await talk.until(lambda _: talk.files() == PAIR * 2)
    await talk.settled()
    assert talk.files() == PAIR * 2


async def test_the_same_link_twice_at_once(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.say(SONG)
    await talk.until(lambda message: message.text == "I’m on it already.")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == PAIR


async def test_cancelling(talk: Talk) -> None:
    await talk.say(SONG)
    card = await talk.until(lambda message: "line" in message.text)
    assert await talk.press(card, "Cancel") == "Cancelled."
    await talk.until(lambda message: "Cancelled" in message.text)
    await talk.settled()
    assert talk.files() == []


async def test_a_backing_track(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    assert await talk.press(card, "No vocals") == "On it, from the stems I have."
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == [*PAIR, "no vocals elis tom aguas de marco mp3"]


@pytest.mark.parametrize("talk", PLATFORMS, indirect=True)
async def test_another_format_a_zip_and_forgetting(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    await talk.turn(card, "More…")
    for label in ("FLAC", "Zip"):
        await talk.turn(card, label)
        await talk.worker.finish(await talk.worker.take())
        await talk.settled()
    assert [name.rpartition(" ")[2] for name in talk.files()] == ["mp3", "mp3", "flac", "flac", "zip"]
    await talk.turn(card, "Forget")
    await talk.turn(card, "Yes, forget it")
    await talk.until(lambda message: message.id == card.id and "Forgotten" in message.text)


async def test_a_player(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    assert await talk.press(card, "Player") == "On it, from the stems I have."
    await talk.worker.finish(await talk.worker.take())
    await talk.until(lambda message: "· player" in message.text)
    await talk.settled()
    assert talk.files() == [*PAIR, "player elis tom aguas de marco html"]


async def test_commands_answer_alike(talk: Talk) -> None:
    assert await talk.command("status") == "Nothing in the works. Send me a YouTube link or an audio file."
    assert await talk.command("cancel") == "There is nothing to cancel."
    assert (await talk.command("settings")).startswith("What you get for each song here")
    assert await talk.command("allow") == "Only my owner can let people in."


async def test_practice(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    pages = ("✓ Vocals", "Make no vocals", "Make no vocals, 80 %", "Make no vocals, 80 %, −1")
    for label, page in zip(("Practise…", "✓ Vocals", "80 %", "♭ −1"), pages, strict=True):
        await talk.turn(card, label)
        await talk.shows(card, page)
    assert await talk.press(card, "Make no vocals, 80 %, −1") == "On it, from the stems I have."
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == [*PAIR, "no vocals 80 1 elis tom aguas de marco mp3"]
    await talk.say("no vocals 75% +2")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-1] == "no vocals 75 2 elis tom aguas de marco mp3"
    await talk.say("no vocals 20%")
    await talk.until(lambda message: "from 50 to 120 % of the tempo" in message.text)


async def test_what_was_practised_last_is_offered_next(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    pages = ("✓ Vocals", "Make no vocals", "Make no vocals, 70 %")
    for label, page in zip(("Practise…", "✓ Vocals", "70 %"), pages, strict=True):
        await talk.turn(card, label)
        await talk.shows(card, page)
    await talk.turn(card, "Make no vocals, 70 %")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    await talk.say(OTHER)
    await talk.worker.finish(await talk.worker.take())
    other = await talk.until(
        lambda message: "Done in" in message.text and "70 %" not in message.text and message.id != card.id
    )
    await talk.settled()
    for label in ("Practise…", "Make no vocals, 70 %"):
        await talk.turn(other, label)
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files().count("no vocals 70 elis tom aguas de marco mp3") == 2
