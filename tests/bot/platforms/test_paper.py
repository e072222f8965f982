"""Chord charts and MIDI in a chat, on both platforms."""

from jobs.failures import Reason
from tests.bot.platforms.talks import Talk
from tests.bot.platforms.test_alike import PAIR
from tests.bot.platforms.test_clicks import UNSURE
from tests.bot.telegram.chat_fixture import SONG
from tests.worker.charts.song import SONG as KNOWN

NAMED = "elis tom aguas de marco"


async def test_chords_and_notes(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.worker.store.keep_analysis(track.id, KNOWN)
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    await talk.command("chords", key="-2")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert f"chords 2 {NAMED} cho" in talk.files()
    shown = await talk.until(lambda message: "Done in" in message.text and "chords, −2" in message.text)
    assert talk.pictures(shown) == ["png"], "the card is the chart"
    await talk.turn(card, "More…")
    await talk.shows(card, "Notes (MIDI)")
    assert await talk.press(card, "Notes (MIDI)") == "On it, from the stems I have."
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-1] == f"bass and voice {NAMED} mid"
    await talk.command("daw")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-1] == f"{NAMED} daw zip"
    await talk.command("chords", key="-2")
    await talk.settled()
    await talk.command("deck")  # no reply to a result: in the key of the song
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-2:] == [f"{NAMED} acapella 8a 124 mp3", f"{NAMED} instrumental 8a 124 mp3"]
    assert (await talk.command("chords", key="no drums")).startswith("Tell me the key, or nothing")


async def test_what_is_not_sure_is_not_written(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.worker.store.keep_analysis(track.id, UNSURE)
    await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    assert (await talk.command("chords")).startswith("I’m not sure of the chords of this song")
    await talk.command("notes")
    await talk.worker.fail(await talk.worker.take(), Reason.NO_NOTES)
    await talk.until(lambda message: "I don’t know the notes of bass and voice" in message.text)
    assert talk.files() == PAIR
