"""Better and slower models on every platform: offered while a worker has them; six stems; why they cannot be had."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs.models import Model, Preferences
from jobs.music.separation_models import DEFAULT_MODEL
from jobs.queue import keys
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import Talk, meeting
from tests.bot.telegram.chat_fixture import SONG
from tests.jobs.requests import OTHER

SIX = "htdemucs_6s"
OFFER = "Better: 6 stems, about 1 min 50 s"  # 213 s of music, half a second of work for each


async def done(talk: Talk, *earlier: Any) -> Any:
    """The final card of what was just asked for."""
    await talk.worker.finish(await talk.worker.take())
    ids = [one.id for one in earlier]
    card = await talk.until(lambda message: message.id not in ids and "Done in" in message.text)
    await talk.settled()
    return card


async def test_six_stems_by_a_button_and_mixes_of_them(talk: Talk) -> None:
    await talk.worker.have(htdemucs_6s=0.5)
    await talk.say(SONG)
    first = await done(talk)
    await talk.shows(first, OFFER)
    said = await talk.press(first, OFFER)
    assert said == "On it. The better separation into 6 stems takes about 1 min 50 s."
    six = await done(talk, first)
    stems = ("vocals", "guitar", "piano", "drums", "bass", "other")
    assert [name.split()[0] for name in talk.files()[-6:]] == [*stems]
    await talk.shows(six, "No guitar")
    assert "Better" not in str(six.buttons if hasattr(six, "buttons") else six), "there is nothing better than it"
    await talk.press(six, "No guitar")
    await talk.worker.finish(await talk.worker.take())
    await talk.until(lambda message: "· no guitar (" in message.text)
    await talk.settled()
    assert talk.files()[-1].startswith("no guitar ")


async def test_no_guitar_starts_the_model_that_tells_it_apart(talk: Talk) -> None:
    await talk.say(SONG)
    card = await done(talk)
    await talk.say("no guitar")
    await talk.until(lambda message: "It is in the stem “other”" in message.text)
    await talk.worker.have(htdemucs=0.4, htdemucs_6s=0.5)
    await talk.say("no guitar")
    await talk.until(lambda message: message.text.startswith("On it. The better separation into 6 stems takes about"))
    track = await talk.worker.take()
    assert track.model.name == SIX
    await talk.worker.finish(track)
    await talk.until(lambda message: message.id != card.id and "Done in" in message.text)
    await talk.settled()
    assert talk.files()[-1].startswith("no guitar ")


@pytest.fixture
async def ana(queue: JobQueue, store: FolderStore, tmp_path: Path) -> AsyncIterator[Talk]:
    async with meeting("telegram", queue, store, tmp_path, "Ana") as (one,):
        yield one


async def test_a_model_whose_last_worker_is_gone_is_told(ana: Talk) -> None:
    await ana.worker.have(htdemucs_6s=0.5)
    await ana.say(SONG)
    card = await done(ana)
    await ana.shows(card, OFFER)
    await ana.worker.have(htdemucs=0.5)  # a worker with four stems only
    said = await ana.press(card, OFFER)
    assert said.startswith("I can’t have HTDemucs (6 stems) right now: no worker of mine is set up for it.")


async def test_settings_say_what_workers_have(talk: Talk) -> None:
    assert "HTDemucs" not in await talk.command("settings")
    await talk.worker.have(htdemucs_6s=0.5)
    said = await talk.command("settings")
    assert "HTDemucs (6 stems) is better and slower: about 2 min for a song of four minutes." in said


async def test_six_stems_for_every_song(ana: Talk) -> None:
    await ana.worker.have(htdemucs_6s=0.5)
    await ana.command("settings")
    menu = await ana.until(lambda message: "What you get" in message.text)
    assert await ana.press(menu, "6 stems, HTDemucs") == "Saved."
    await ana.shows(menu, "✓ 6 stems, HTDemucs")
    await ana.say(SONG)
    track = await ana.worker.take()
    assert track.model.name == SIX
    await ana.worker.finish(track)
    await ana.settled()
    assert len(ana.files()) == 6
    await ana.worker.have()
    await ana.turn(menu, "2 stems")
    await ana.shows(menu, "✓ 2 stems")


async def test_a_model_that_no_worker_has_any_more_cannot_be_chosen(ana: Talk) -> None:
    await ana.worker.have(htdemucs_6s=0.5)
    await ana.command("settings")
    menu = await ana.until(lambda message: "What you get" in message.text)
    await ana.worker.have()  # a worker without it
    assert (await ana.press(menu, "6 stems, HTDemucs")).startswith("I can’t have HTDemucs (6 stems) right now")
    await ana.say(SONG)
    assert (await ana.worker.take()).model.name == DEFAULT_MODEL


async def prefer_six(talk: Talk) -> None:
    """As chosen in the settings, after a first song."""
    await talk.say(SONG)
    await done(talk)
    redis = talk.worker.queue.redis
    (chat,) = await redis.keys(f"{keys.chat('')}*")
    name = chat.decode().removeprefix(keys.chat(""))
    await redis.set(keys.preferences(name), Preferences(model=Model(name=SIX)).model_dump_json())


async def test_a_preferred_model_that_no_worker_has_any_more_is_told_at_once(talk: Talk) -> None:
    await prefer_six(talk)
    await talk.worker.have(htdemucs=0.5)  # a worker with four stems only
    await talk.say(f"https://youtu.be/{OTHER.video_id}")
    card = await talk.until(lambda message: "I can’t separate with HTDemucs (6 stems) right now" in message.text)
    assert "Choose other stems in /settings." in card.text
    assert await talk.worker.queue.size() == 0
    await talk.shows(card, "5 stems")
    await talk.press(card, "5 stems")
    track = await talk.worker.take()
    assert track.model.name == "spleeter-5"
    await talk.worker.finish(track)
    await talk.settled()
    assert {"piano", "drums"} <= {name.split()[0] for name in talk.files()}


async def test_a_song_in_the_slow_line_is_told_its_wait(talk: Talk) -> None:
    await prefer_six(talk)
    await talk.worker.have(htdemucs_6s=0.5)
    await talk.say(f"https://youtu.be/{OTHER.video_id}")
    await talk.until(lambda message: "Starting" in message.text)
    await talk.say("https://youtu.be/9bZkp7q19f0")
    await talk.until(lambda message: "In line, one song ahead · about 2 min" in message.text)
