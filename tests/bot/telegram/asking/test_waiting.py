"""The card of a song that waits in the queue."""

import asyncio

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


async def test_songs_in_line_have_their_names_and_lengths_as_soon_as_those_are_known(rig: Rig) -> None:
    ana = rig.ana()
    async with rig.bot():
        await ana.say(f"{SONG} {OTHER}")
        await ana.until(lambda message: message.text.endswith("jNQXAC9IVRw\nIn line, one song ahead"))
        ((track_id, video),) = (await nameless(rig.queue.redis, 20)).items()
        assert video.video_id == "jNQXAC9IVRw"
        assert await nameless(rig.queue.redis, 20) == {}, "asked once"
        await keep_called(rig.queue.redis, track_id, Called(title="Me at the <zoo>", artist="jawed", seconds=19))
        card = await ana.until(
            lambda message: message.text == "jawed - Me at the <zoo> (0:19)\nIn line, one song ahead"
        )
        await ana.say("/status")
        await ana.until(lambda message: "\n\njawed - Me at the <zoo> (0:19)\nIn line" in message.text)
        await (await ana.press(card, "Cancel")).answer()
        await ana.until(lambda message: message == card and message.text == "jawed - Me at the <zoo> (0:19)\nCancelled")
        await keep_called(rig.queue.redis, "f" * 24, Called(title="Nobody's"))
        assert not await rig.queue.redis.exists(f"flbt:track:{'f' * 24}")
