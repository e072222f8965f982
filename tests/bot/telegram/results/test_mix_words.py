"""Words that read as a mix, without a command: in private chats, and in groups as a reply to a result."""

from collections.abc import Callable

import pytest

from tests.bot.telegram.chat_fixture import SONG, Rig, cards, files
from tests.bot.telegram.chat_steps import NAME, answered_soon, band_of, done, reply_to, result, settle_on
from tests.peers.botapi import Message


def replying_to(asked: Message) -> Callable[[Message], bool]:
    return lambda message: message.reply_to == asked


@pytest.mark.parametrize(
    ("words", "made_of"),
    [
        ("no vocals", "no vocals"),
        ("Karaoke please!", "no vocals"),
        ("sem voz", "no vocals"),
        ("a capella", "vocals"),
        ("vocals, no drums", "vocals"),
    ],
)
async def test_words_after_a_result_are_a_mix_and_the_card_says_which(rig: Rig, words: str, made_of: str) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        asked = await ana.say(words)
        await rig.worker.finish(await rig.worker.take())
        made = await ana.until(lambda message: message.reply_to == asked and done(message))
        await rig.settled()
    assert f"· {made_of} (" in made.text
    assert files(ana)[-1] == f"{made_of} - {NAME}.mp3"


async def test_the_song_is_the_one_replied_to(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        first = await result(rig, ana)
        await result(rig, ana, "https://youtu.be/jNQXAC9IVRw")
        asked = await ana.say("drums without vocals", reply_to=first)
        track = await rig.worker.take()
        assert track.source.key == "youtube:dQw4w9WgXcQ"
        await rig.worker.finish(track)
        made = await ana.until(lambda message: message.reply_to == asked and done(message))
    assert "· drums (" in made.text
    assert files(ana)[-1] == f"drums - {NAME}.mp3"


async def test_a_misspelt_word_is_asked_about_with_a_button(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        for text in ("no vocasl", "/mix no vocasl"):
            asked = await ana.say(text)
            question = await ana.until(replying_to(asked))
            assert question.text == "Did you mean no vocals?"
            assert question.labels == ["No vocals"]
        assert await rig.queue.size() == 0
        assert await answered_soon(await ana.press(question, "No vocals")) == "On it, from the stems I have."
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, question)
    assert files(ana)[-1] == f"no vocals - {NAME}.mp3"


async def test_half_a_sentence_is_asked_about(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await result(rig, ana)
        await ana.say("sem bateria?")
        question = await ana.until(lambda message: message.text == "Did you mean no drums?")
        assert question.labels == ["No drums"]
        said = await answered_soon(await ana.press(question, "No drums"))
    assert said == "4 stems need a new separation, so this takes a little."


async def test_an_instrument_without_a_stem_is_told_with_the_stem_that_has_it(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await settle_on(ana, "4 stems")
        await result(rig, ana)
        await ana.say("no guitar")
        told = await ana.until(lambda message: "on its own" in message.text)
        assert "guitar. It is in the stem “other”" in told.text
        assert told.labels == ["No other"]
        await ana.press(told, "No other")
        await rig.worker.finish(await rig.worker.take())
        await reply_to(ana, told)
    assert files(ana)[-1] == f"no other - {NAME}.mp3"


async def test_ordinary_words_make_no_mix(rig: Rig) -> None:
    """They are searched for, or asked about."""
    ana = rig.ana()
    async with rig.bot():
        await ana.say("no vocals")
        await ana.until(lambda message: "There is no finished song here yet" in message.text)
        await result(rig, ana)
        for words, beginning in (
            ("the drummer is late again", "Looking"),
            ("the rest", "Did"),
            ("no, drums", "Looking"),
        ):
            asked = await ana.say(words)
            answer = await ana.until(replying_to(asked))
            assert answer.text.startswith(beginning)
    assert len(await rig.queue.recent(f"telegram:{ana.id}")) == 1


async def test_in_a_group_words_count_as_a_reply_to_a_result_alone(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        question = await band.say(f"/stems {SONG}", by=ana)
        await rig.worker.finish(await rig.worker.take())
        card = await band.until(lambda message: message.reply_to == question and done(message))
        await rig.settled()
        before = len(cards(band))
        await band.say("no vocals", by=bo)
        await band.say("no vocals", by=bo, reply_to=question)
        await band.say("the drums", by=bo, reply_to=card)
        await band.say("sounds great", by=bo, reply_to=card)
        asked = await band.say("no vocals", by=bo, reply_to=next(one for one in band.from_bot() if one.file))
        await rig.worker.finish(await rig.worker.take())
        await band.until(lambda message: message.reply_to == asked and done(message))
        await rig.settled()
        assert len(cards(band)) == before + 1, "nothing else was answered"
        asked = await band.say("no vocasl", by=bo, reply_to=card)
        await band.until(lambda message: message.reply_to == asked and message.text == "Did you mean no vocals?")
    assert files(band)[-1] == f"no vocals - {NAME}.mp3"


async def test_in_a_group_a_mention_with_words_is_a_mix_of_the_last_song(rig: Rig) -> None:
    band, ana, bo, _ = band_of(rig)
    async with rig.bot():
        await band.say("@fl_bt_test_bot no vocals", by=bo)
        await band.until(lambda message: message.text.startswith("Send /stems and a YouTube link"))
        await band.say(f"@fl_bt_test_bot {SONG}", by=ana)
        await rig.worker.finish(await rig.worker.take())
        await band.until(done)
        asked = await band.say("@fl_bt_test_bot only vocals please", by=bo)
        await rig.worker.finish(await rig.worker.take())
        await band.until(lambda message: message.reply_to == asked and done(message))
    assert files(band)[-1] == f"vocals - {NAME}.mp3"
