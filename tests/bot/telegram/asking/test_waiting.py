"""The card of a song that waits in the queue."""

import asyncio

from jobs.failures import Reason
from jobs.models import YouTube
from jobs.queue.titles import keep_called, nameless
from jobs.results import Called
from tests.bot.telegram.chat_fixture import OTHER, SONG, Rig
from tests.bot.telegram.chat_steps import bo


async def test_the_card_says_how_many_are_ahead_and_how_long_that_takes(rig: Rig) -> None:
    ana, other = rig.ana(), bo(rig)
    await rig.queue.redis.rpush("flbt:took", "50")  # type: ignore[misc]  # awaitable in this client
    async with rig.bot():
        asked = ((ana, SONG), (ana, OTHER), (other, "https://youtu.be/aaaaaaaaaaA"))
        for songs, (chat, link) in enumerate(asked, 1):
            await chat.say(link)
            while await rig.queue.size() < songs:  # messages of two chats are handled side by side
                await asyncio.sleep(0.01)
        await ana.until(lambda message: message.text.endswith("In line, 2 songs ahead · about 50 s"))
    ahead = {view.request.source.key: view.ahead for view in await rig.queue.attended("telegram")}
    assert ahead == {"youtube:dQw4w9WgXcQ": 0, "youtube:aaaaaaaaaaA": 1, "youtube:jNQXAC9IVRw": 2}, "chats take turns"


async def test_a_title_that_is_known_stays_with_every_request_for_the_song(rig: Rig) -> None:
    """Also when it is cancelled, when it fails, and for another separation."""
    ana = rig.ana()
    name = "jawed - Me at the <zoo> (0:19)"
    async with rig.bot():
        await ana.say(OTHER)
        await keep_called(
            rig.queue.redis,
            YouTube(video_id="jNQXAC9IVRw"),
            Called(title="Me at the <zoo>", artist="jawed", seconds=19),
        )
        card = await ana.until(lambda message: message.text.startswith(name))
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text == f"{name}\nCancelled")
        await ana.say("/settings")
        settings = await ana.until(lambda message: "4" in message.labels or "4 stems" in message.labels)
        await (await ana.press(settings, "4")).answer()
        again = await ana.say(OTHER)
        await ana.until(lambda message: message.reply_to == again and message.text.startswith(name))
        await rig.worker.fail(await rig.worker.take(), Reason.PRIVATE)
        failed = await ana.until(
            lambda message: message.reply_to == again and message.text.startswith(f"{name}\nThis video")
        )
        await rig.settled()
    assert all(face.startswith(name) for face in failed.edits), "never without its title"
    assert card.text == f"{name}\nCancelled"


async def test_songs_in_line_have_their_names_and_lengths_as_soon_as_those_are_known(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(f"{SONG} {OTHER}")
        await ana.until(lambda message: message.text.endswith("jNQXAC9IVRw\nIn line, one song ahead"))
        (video,) = (await nameless(rig.queue.redis, 20)).values()
        assert video.video_id == "jNQXAC9IVRw"
        assert await nameless(rig.queue.redis, 20) == {}, "asked once"
        await keep_called(rig.queue.redis, video, Called(title="Me at the <zoo>", artist="jawed", seconds=19))
        card = await ana.until(
            lambda message: message.text == "jawed - Me at the <zoo> (0:19)\nIn line, one song ahead"
        )
        await ana.say("/status")
        await ana.until(lambda message: "\n\njawed - Me at the <zoo> (0:19)\nIn line" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text == "jawed - Me at the <zoo> (0:19)\nCancelled")
