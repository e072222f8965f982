"""A title that is known stays on cards that end without a result, and in the status, on every platform."""

from jobs.failures import Reason
from jobs.models import YouTube
from jobs.queue.titles import keep_called
from jobs.results import Called
from tests.bot.platforms.talks import Talk
from tests.bot.telegram.chat_fixture import OTHER

NAME = "jawed - Me at the zoo (0:19)"


async def test_a_title_once_known_stays(talk: Talk) -> None:
    await talk.say(OTHER)
    called = Called(title="Me at the zoo", artist="jawed", seconds=19)
    await keep_called(talk.worker.queue.redis, YouTube(video_id="jNQXAC9IVRw"), called)
    card = await talk.until(lambda message: message.text.startswith(NAME))
    assert NAME in await talk.command("status")
    await talk.press(card, "Cancel")
    await talk.until(lambda message: message.id == card.id and message.text == f"{NAME}\nCancelled")
    await talk.settled()
    await talk.say(OTHER)
    await talk.worker.fail(await talk.worker.take(), Reason.PRIVATE)
    await talk.until(lambda message: message.text.startswith(f"{NAME}\nThis video is private."))
    await talk.settled()
    assert NAME in await talk.command("status")
