"""`/mix`: a backing track in words."""

import pytest

from tests.bot.telegram.chat_fixture import OTHER, Rig, cards, files
from tests.bot.telegram.chat_steps import NAME, done, result, settle_on
from tests.models import NAMES


@pytest.mark.parametrize("to", ["card", "audio", "question", "nothing"])
async def test_a_mix_by_words_as_a_reply_or_of_the_last_song(rig: Rig, to: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        card = await result(rig, ana)
        if to != "nothing":
            await result(rig, ana, OTHER)
        audio = next(message for message in ana.from_bot() if message.file)
        replied = {"card": card, "audio": audio, "question": card.reply_to, "nothing": None}[to]
        asked = await ana.say("/mix sem bateria", reply_to=replied)
        track = await rig.worker.take()
        assert track.source.key == "youtube:dQw4w9WgXcQ"
        await rig.worker.finish(track)
        await ana.until(lambda message: message.reply_to == asked and done(message))
    assert files(ana)[-1] == f"no drums - {NAME}.mp3"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/mix", "Tell me what you want to hear"),
        ("/mix louder", "Tell me what you want to hear"),
        ("/mix vocals band", "That is the whole song"),
        ("/mix no vocals band", "nothing to hear"),
    ],
)
async def test_what_cannot_be_mixed_is_said(rig: Rig, words: str, said: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await ana.say(words)
        await ana.until(lambda message: said in message.text)
    assert await rig.queue.size() == 0


async def test_the_smallest_model_that_has_the_stem_starts_without_a_question(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        asked = await ana.say("/mix no drums")
        await ana.until(lambda message: message.text == "4 stems need a new separation, so this takes a little.")
        track = await rig.worker.take()
        assert track.model.name == NAMES[4]
        await rig.worker.finish(track)
        await ana.until(lambda message: message.reply_to == asked and done(message))
        assert files(ana)[-1] == f"no drums - {NAME}.mp3"
        asked = await ana.say("/mix piano")
        track = await rig.worker.take()
        assert track.model.name == NAMES[5], "four stems have no piano"
        await rig.worker.finish(track)
        await ana.until(lambda message: message.reply_to == asked and done(message))
        first = next(message for message in cards(ana) if done(message))
        asked = await ana.say("/mix no bass", reply_to=first)
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == asked and done(message))
    assert files(ana)[-1] == f"no bass - {NAME}.mp3", "four stems of the same song were at hand"


async def test_a_mix_of_nothing_in_particular(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        hello = await ana.say("/mix no vocals")
        await ana.until(lambda message: "There is no finished song here yet" in message.text)
        await ana.say("/mix no vocals", reply_to=hello)
        await ana.until(lambda message: "I don’t know which song that is" in message.text)
    assert await rig.queue.size() == 0


async def test_a_mix_of_what_left_the_store_says_that_it_takes_longer(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await rig.store.forget((await rig.queue.recent(f"telegram:{ana.id}"))[0].request.track_id)
        question = await ana.say("/mix no vocals")
        await ana.until(lambda message: "separating it again" in message.text)
        rig.server.updates.repeat(2000, {"update_id": 2000, "message": question.to_json()})
        await rig.worker.finish(await rig.worker.take())
        await ana.until(lambda message: message.reply_to == question and done(message))
        await rig.settled()
    assert len(files(ana)) == 3
