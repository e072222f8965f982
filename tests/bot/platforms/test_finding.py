"""From words to a song in a private chat, alike on Telegram and on Discord."""

import asyncio

import pytest

from jobs.failures import Reason
from jobs.queue import keys
from jobs.queue.connection import answer
from tests.bot.platforms.talks import PLATFORMS, Talk
from tests.bot.searches.results import ALL, COVER, SONG, WORDS, result

ASKED = "“elis tom águas de março”: which one?"
FIRST = "1 · 3:33 · Elis & Tom - Águas de Março · Elis Regina"
PAIR = ["vocals elis tom aguas de marco mp3", "accompaniment elis tom aguas de marco mp3"]


@pytest.mark.parametrize("talk", PLATFORMS, indirect=True)
async def test_words_become_a_list_and_the_list_becomes_the_card(talk: Talk) -> None:
    talk.worker.picture = True
    await talk.say(WORDS)
    await talk.worker.found(result(*ALL))
    hits = await talk.until(lambda message: message.text.startswith(ASKED))
    assert "3. Tom Jobim - Águas de Março · Tom Jobim - Topic" in hits.text
    await talk.turn(hits, FIRST)
    await talk.until(lambda message: message.id == hits.id and "Next in line" in message.text)
    assert hits.text.startswith("Elis & Tom - Águas de Março (3:33)\n"), "the title is known from the hits"
    track = await talk.worker.take()
    assert track.source.key == f"youtube:{SONG.video_id}"
    await talk.worker.finish(track)
    await talk.until(lambda message: message.id == hits.id and "Done in" in message.text)
    await talk.settled()
    assert talk.files() == PAIR
    assert talk.pictures(hits) == ["png"]
    assert talk.messages() == 2, "the card, which was the list, and one album"


async def test_a_slow_search_is_told_and_can_be_ended(talk: Talk) -> None:
    await talk.say("wave")
    looking = await talk.until(lambda message: message.text == "Looking for “wave”…")
    await talk.turn(looking, "Cancel")
    await talk.until(lambda message: message.id == looking.id and message.text.startswith("All right."))
    await talk.say(WORDS)
    await talk.worker.found(result(*ALL))
    hits = await talk.until(lambda message: message.text.startswith(ASKED))
    await talk.turn(hits, "None of these")
    await talk.until(lambda message: message.id == hits.id and message.text.startswith("All right."))
    assert talk.messages() == 2


async def test_a_failed_search_can_be_tried_again(talk: Talk) -> None:
    await talk.say(WORDS)
    await talk.worker.found(result(reason=Reason.YOUTUBE_REFUSED))
    failed = await talk.until(lambda message: message.text.startswith("YouTube doesn’t let me search"))
    assert await talk.press(failed, "Try again") == "On it again."
    await talk.worker.found(result(*ALL))
    await talk.until(lambda message: message.id == failed.id and message.text.startswith(ASKED))
    assert talk.messages() == 1


async def test_long_words_and_an_old_list(talk: Talk) -> None:
    await talk.say("la " * 50)
    await talk.until(lambda message: message.text.startswith("That is more than I can search for. Send me"))
    await talk.say(WORDS)
    await talk.worker.found(result(*ALL))
    hits = await talk.until(lambda message: message.text.startswith(ASKED))
    for key in await answer(talk.worker.queue.redis.keys(keys.found("*"))):
        await answer(talk.worker.queue.redis.delete(key))  # expires
    assert await talk.press(hits, FIRST) == "This list is old. Send me the words again."
    await talk.until(lambda message: message.id == hits.id and message.text.startswith("This list is old."))
    await talk.settled()
    assert talk.files() == []


async def test_two_taps_at_once_are_one_song(talk: Talk) -> None:
    await talk.say(WORDS)
    await talk.worker.found(result(SONG, COVER))
    hits = await talk.until(lambda message: message.text.startswith(ASKED))
    await asyncio.gather(talk.turn(hits, FIRST), talk.turn(hits, FIRST))
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == PAIR
