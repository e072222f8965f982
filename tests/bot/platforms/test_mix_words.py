"""Words after a result that read as a mix, nearly read as one, or name what has no stem, on every platform."""

from typing import Any

from bot.texts import say
from tests.bot.platforms.talks import Talk
from tests.bot.telegram.chat_fixture import SONG
from tests.models import NAMES

SONG_NAME = "elis tom aguas de marco mp3"


async def done(talk: Talk, *earlier: Any) -> Any:
    """The final card of what was just asked for."""
    await talk.worker.finish(await talk.worker.take())
    ids = [one.id for one in earlier]
    card = await talk.until(lambda message: message.id not in ids and "Done in" in message.text)
    await talk.settled()
    return card


async def test_words_are_a_mix_of_the_last_song(talk: Talk) -> None:
    await talk.say(SONG)
    earlier = [await done(talk)]
    for words, made_of in (("Karaoke please!", "no vocals"), ("a capella", "vocals")):
        await talk.say(words)
        earlier.append(mix := await done(talk, *earlier))
        assert f"· {made_of} (" in mix.text
        assert talk.files()[-1] == f"{made_of} {SONG_NAME}"


async def test_a_misspelt_word_is_asked_about_with_a_button(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("no vocasl")
    question = await talk.until(lambda message: message.text == "Did you mean no vocals?")
    assert await talk.press(question, "No vocals") == "On it, from the stems I have."
    await done(talk, card)
    assert talk.files()[-1] == f"no vocals {SONG_NAME}"


async def test_a_loop_in_words_is_made_and_a_passage_alone_is_asked_about(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("loop 1:02-1:18 8x please")
    looped = await done(talk, card)
    await talk.say("0:30-0:40")
    question = await talk.until(lambda message: "Did you mean" in message.text)
    assert "0:30" in question.text
    assert len(talk.files()) == 3
    await talk.say("loop 1:18-1:02")
    await talk.until(lambda message: message.text == say("en", "loop-beyond"))
    assert "1:02" in looped.text


async def test_slower_is_asked_about_with_a_tempo(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("slower please")
    question = await talk.until(lambda message: "Did you mean" in message.text)
    assert "80" in question.text
    await talk.press(question, "80 %")
    assert "80" in (await done(talk, card)).text


async def test_stop_cancels_as_the_command_does(talk: Talk) -> None:
    await talk.say(SONG)
    await talk.worker.take()
    await talk.say("Stop!")
    await talk.until(lambda message: message.text == say("en", "cancel-done", count=1))
    await talk.say("stop")
    await talk.until(lambda message: message.text == say("en", "cancel-nothing"))
    await talk.settled()
    assert sum(text.endswith("\nCancelled") for text in talk.texts()) == 1, "the card says so as well"


async def test_the_smallest_model_that_has_the_stem_starts(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("no drums")
    track = await talk.worker.take()
    assert track.model.name == NAMES[4]
    await talk.worker.finish(track)
    await talk.until(lambda message: message.id != card.id and "Done in" in message.text)
    await talk.settled()
    assert talk.files()[-1] == f"no drums {SONG_NAME}"


async def test_an_instrument_without_a_stem_is_told_with_the_stem_that_has_it(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("no drums")
    mix = await done(talk, card)
    await talk.say("no guitar")
    told = await talk.until(lambda message: "on its own" in message.text)
    await talk.press(told, "No other")
    await done(talk, card, mix)
    assert talk.files()[-1] == f"no other {SONG_NAME}"
