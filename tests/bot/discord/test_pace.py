"""At Discord's own pace: five posts and edits within five seconds and a channel, fifty requests a second in all."""

import asyncio
import time

import pytest

from bot.cards.cards import Card
from bot.chats.mixer_links import NO_MIXER
from bot.delivery.platform import Later
from bot.discord.address import Address
from bot.discord.pace import DISCORD
from bot.discord.pace import Pace as OurPace
from bot.discord.poster import DiscordPoster
from jobs.failures import Reason
from jobs.progress import TrackStage
from jobs.results import Tags
from tests.bot.discord.discord_fixture import OTHER, PAIR, QUICK_PACE, SONG, Rig, cards, done, files
from tests.peers.discord import Pace, Trouble

POST = "POST /channels/{channel}/messages"
PATCH = "PATCH /channels"


async def test_nothing_is_refused_for_being_too_fast(rig: Rig) -> None:
    rig.server.pace = Pace(5, 5.0)
    channel, ana, bo = rig.band()
    async with rig.bot():
        for person, link in ((ana, SONG), (bo, OTHER), (ana, "https://youtu.be/9bZkp7q19f0")):
            await rig.stems(channel, person, link)
        for _ in range(3):
            await rig.worker.finish(await rig.worker.take())
        await rig.settled()
    assert files(channel) == PAIR * 3
    assert [one.call for one in rig.server.requests if one.status == 429] == []
    assert QUICK_PACE.card < DISCORD.card, "and the bot's own pace is slower than the tests'"


async def test_cards_of_a_busy_channel_are_final_soon_after_the_last_file_or_the_failure(rig: Rig) -> None:
    """Three members ask; the third song fails. At the paces of Discord and of the bot."""
    rig.server.pace, rig.pace = Pace(5, 5.0), DISCORD
    channel, ana, bo = rig.band()
    ended: dict[str, float] = {}
    async with rig.bot():
        for person, letter in ((ana, "a"), (bo, "b"), (rig.server.person("Cy"), "c")):
            await rig.stems(channel, person, f"https://youtu.be/aaaaaaaa0{letter}A")
        for letter in "abc":
            track = await rig.worker.take()
            name = track.source.key[-3:]
            rig.worker.tags = Tags(title=name)
            for tenths in range(1, 10):
                await rig.worker.report(track, TrackStage.SEPARATING, tenths / 10)
                await asyncio.sleep(0.2)
            if letter == "c":
                await rig.worker.fail(track, Reason.NETWORK)
            else:
                await rig.worker.finish(track)
            ended[name] = time.monotonic()
        await rig.settled()
    assert [one.call for one in rig.server.requests if one.status == 429] == []
    files_at = [one.at for one in rig.server.calls(POST) if one.files]
    assert len(files_at) == 2
    for name, end in zip(ended, [*files_at, ended["0cA"]], strict=True):
        (card,) = [one for one in cards(channel) if name in one.text]
        assert done(card) or "I couldn’t reach YouTube." in card.text
        assert [one.at for one in rig.server.calls(PATCH) if name in str(one.body)][-1] - end <= 3.0


async def post_to_all(rig: Rig, count: int) -> None:
    """A card in each of many direct chats, all at once."""
    chats = [rig.server.direct(rig.server.person(f"Person {number}")) for number in range(count)]
    async with rig.bot() as bot:
        poster = DiscordPoster(bot, rig.store, DISCORD, NO_MIXER)
        posting = asyncio.gather(*(poster.post(str(Address(channel_id=one.id)), Card(text="hi")) for one in chats))
        assert chats[0].person is not None
        await rig.server.told(await rig.server.command(chats[0], chats[0].person, "status"))
        await posting
    assert [len(chat.from_bot()) for chat in chats] == [1] * count


async def test_many_chats_at_once_wait_for_the_global_limit(rig: Rig) -> None:
    began = time.monotonic()
    await post_to_all(rig, 120)
    assert time.monotonic() - began > 2
    assert [one.call for one in rig.server.requests if one.status == 429] == []
    answered, last = rig.server.calls("PATCH /webhooks")[0].at, rig.server.calls(POST)[-1].at
    assert answered < last, "an answer to a person does not wait for the cards of others"


async def test_a_refusal_by_the_global_limit_is_waited_for_and_nothing_is_lost(rig: Rig) -> None:
    """Of a bot whose token is in use elsewhere, too: its own count is too low."""
    rig.pace = OurPace(card=0.1, burst=1000)
    rig.expected += ["rate limited"]
    rig.server.together = Pace(30, 1.0)  # a busy machine posts faster than that, too
    await post_to_all(rig, 60)
    assert 0 < len([one for one in rig.server.requests if one.status == 429]) < 60


async def test_while_a_global_refusal_lasts_nothing_else_is_asked(rig: Rig) -> None:
    first, second = (rig.server.direct(rig.server.person(name)) for name in ("Ana", "Bo"))
    async with rig.bot() as bot:
        poster = DiscordPoster(bot, rig.store, DISCORD, NO_MIXER)
        rig.server.fail(POST, Trouble.FLOOD, is_global=True, retry_after=1.0)
        posting = asyncio.create_task(poster.post(str(Address(channel_id=first.id)), Card(text="hi")))
        async with asyncio.timeout(60):
            while bot.http._global_over.is_set():  # the refusal is on its way
                await asyncio.sleep(0.01)
        await poster.post(str(Address(channel_id=second.id)), Card(text="hi"))
        await posting
    refused, *later = [one.at for one in rig.server.calls(POST)]
    assert [at - refused > 1.0 for at in later] == [True, True]


async def test_a_refusal_that_tells_no_time_is_waited_out(rig: Rig) -> None:
    """As Discord answers those who were refused too often."""
    chat = rig.server.direct(rig.server.person("Ana"))
    async with rig.bot() as bot:
        rig.server.fail(POST, Trouble.FLOOD, retry_after=None)
        with pytest.raises(Later) as told:
            await DiscordPoster(bot, rig.store, DISCORD, NO_MIXER).post(
                str(Address(channel_id=chat.id)), Card(text="hi")
            )
        assert told.value.seconds == 60


async def test_after_too_many_edits_of_old_cards_progress_waits_and_the_end_is_shown(rig: Rig) -> None:
    """30046: its own wait is `Pace.old_card`, and no other edit is tried meanwhile."""
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        card = await channel.until(lambda message: "line" in message.text)
        track = await rig.worker.take()
        refusal = rig.server.fail(PATCH, Trouble.REFUSED, status=429, code=30046)
        begun = time.monotonic()
        for percent in range(1, 99):
            await rig.worker.report(track, TrackStage.SEPARATING, percent / 100)
            await asyncio.sleep(0.05)
            if len(rig.server.calls(PATCH)) > 1 and time.monotonic() - begun > 2:
                break
        refused, *later = [one.at for one in rig.server.calls(PATCH)]
        assert refusal.times == 0
        assert later[0] - refused >= QUICK_PACE.old_card
        rig.server.fail(PATCH, Trouble.REFUSED, status=429, code=30046)
        await rig.worker.finish(track)
        await rig.settled()
    assert files(channel) == PAIR
    assert [done(one) for one in cards(channel)] == [True]
    assert done(card)


async def test_an_old_card_is_edited_less_often_than_discord_refuses(rig: Rig) -> None:
    """The stand-in counts edits of messages older than an hour, here of all."""
    rig.expected += ["30046"]
    rig.server.rest.old_after, rig.server.rest.old_edits = 0.0, 0
    channel, ana, _ = rig.band()
    async with rig.bot():
        await rig.stems(channel, ana)
        await channel.until(lambda message: "line" in message.text)
        await rig.worker.finish(await rig.worker.take())
        while not rig.server.refused:
            await rig.server.world.changed(0.2)
        rig.server.rest.old_edits = 1
        await rig.settled()
    assert files(channel) == PAIR
    assert [done(one) for one in cards(channel)] == [True]
    assert len(rig.server.refused) == 1
