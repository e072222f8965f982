"""Click and count-in in a chat, on both platforms: by buttons, in words, and where a song has no known beats."""

from jobs.failures import Reason
from jobs.music.analysis import Analysis, Confidence
from tests.bot.platforms.talks import Talk
from tests.bot.platforms.test_alike import PAIR
from tests.bot.telegram.chat_fixture import SONG

BEATS = tuple(0.5 * number for number in range(400))
STEADY = Analysis(made_by="test", bpm=120, metre=4, beats=BEATS, downbeats=BEATS[::4])
UNSURE = Analysis(made_by="test", confidence=Confidence(beats=0.2, chords=0.1))
CLICK = "click elis tom aguas de marco mp3"


async def test_clicks_and_count_ins(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.worker.store.keep_analysis(track.id, STEADY)
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    for label in ("Practise…", "✓ Vocals", "Click", "Count-in"):
        await talk.turn(card, label)
    await talk.shows(card, "Make no vocals, click, count-in 1")
    assert await talk.press(card, "Make no vocals, click, count-in 1") == "On it, from the stems I have."
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files() == [*PAIR, f"no vocals click count in 1 {CLICK.removeprefix('click ')}"]
    await talk.command("click")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-1] == CLICK
    await talk.say("no vocals 80% stage mix")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    assert talk.files()[-1] == f"no vocals 80 {CLICK.replace('click', 'click left')}"


async def test_loops_and_drills(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.worker.store.keep_analysis(track.id, STEADY)
    await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    for name, words, made in (
        ("loop", "1:02-1:18 x8 75%", "song 75 1m02s 1m18s 8"),
        ("drill", "no vocals bars 5-8", "no vocals 70 100 bars 5 8"),
    ):
        await talk.command(name, passage=words)
        await talk.worker.finish(await talk.worker.take())
        await talk.settled()
        assert talk.files()[-1] == f"{made} elis tom aguas de marco mp3"
    assert await talk.command("loop", passage="5:00-5:10") == (
        "The song ends at 3:33. Choose a passage before that: /loop 0:05-0:10"
    )
    assert (await talk.command("loop", passage="bars 120-124")).startswith("The song has 100 bars.")
    assert (await talk.command("loop", passage="the chorus")).startswith("Tell me which passage: /loop 1:02-1:18")
    assert (await talk.command("drill", passage="1:18-1:02")).startswith("A passage ends after its beginning")


async def test_a_song_without_known_beats_says_so(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.worker.store.keep_analysis(track.id, UNSURE)
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    sentence = "I don’t hear a steady beat in this song"
    assert (await talk.command("click")).startswith(sentence)
    await talk.turn(card, "Practise…")
    await talk.shows(card, "Count-in")
    assert (await talk.press(card, "Count-in")).startswith(sentence)
    await talk.say("no vocals with a click")
    await talk.until(lambda message: message.text.startswith(sentence) and message.id > card.id)
    assert talk.files() == PAIR


async def test_a_song_that_was_not_analysed_is_left_to_the_worker(talk: Talk) -> None:
    await talk.say(SONG)
    track = await talk.worker.take()
    await talk.worker.finish(track)
    await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    await talk.command("click")
    await talk.worker.fail(await talk.worker.take(), Reason.NO_BEATS)
    await talk.until(lambda message: "I don’t hear a steady beat in this song" in message.text)
    assert talk.files() == PAIR, "no click was invented"
