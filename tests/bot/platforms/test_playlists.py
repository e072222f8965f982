"""A playlist's card and its failures, on every platform."""

from jobs.failures import Reason
from jobs.queue.listings import keep_listing
from tests.bot.platforms.talks import Talk
from tests.bot.telegram.setlists import LINK, THREE


async def test_each_failure_of_a_playlist_is_told_once(talk: Talk) -> None:
    """In the playlist's card, or in a card of its own where the song may be tried again."""
    await keep_listing(talk.worker.queue.redis, THREE)
    await talk.say(LINK)
    card = await talk.until(lambda message: "Start" in str(message.buttons))
    assert await talk.press(card, "Start: 3 songs, one after the other") == "One after the other. /cancel stops it."
    await talk.worker.fail(await talk.worker.take(), Reason.REMOVED)
    await talk.worker.fail(await talk.worker.take(), Reason.NETWORK)
    await talk.worker.finish(await talk.worker.take())
    await talk.until(lambda message: message.id == card.id and "Done: one song of 3 is here." in message.text)
    again = await talk.until(lambda message: "I couldn’t reach YouTube." in message.text)
    await talk.settled()
    assert card.text.splitlines()[2:] == ["✗ One: This video is no longer on YouTube."]
    assert "Try again" in str(again.buttons)
    assert talk.messages() == 4, "the playlist, what can be tried again, a song's files and its card"


async def test_a_playlist_stops_at_a_model_that_no_worker_has(talk: Talk) -> None:
    """Each further song would fail, too."""
    await keep_listing(talk.worker.queue.redis, THREE)
    await talk.say(LINK)
    card = await talk.until(lambda message: "Start" in str(message.buttons))
    await talk.press(card, "Start: 3 songs, one after the other")
    await talk.worker.finish(await talk.worker.take())
    await talk.worker.fail(await talk.worker.take(), Reason.MODEL_MISSING)
    await talk.until(lambda message: message.id == card.id and "Stopped after one song." in message.text)
    await talk.settled()
    assert "I can’t separate with this model right now" in card.text
    assert "for today" not in card.text
    assert await talk.worker.queue.size() == 0
