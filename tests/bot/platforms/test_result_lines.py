"""Results asked for on a card: a line on it until the file is there, on every platform."""

from pathlib import Path
from typing import Any

import pytest

from jobs.failures import Reason
from jobs.progress import TrackStage
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import PLATFORMS, Talk, meeting
from tests.bot.telegram.chat_fixture import SONG

#: On the web each result is a task.
ON_CHATS = pytest.mark.parametrize("talk", PLATFORMS, indirect=True)
NAME = "elis tom aguas de marco mp3"


async def finished(talk: Talk) -> Any:
    """A song's final card, with its files."""
    await talk.command("stems", link=SONG)
    await talk.worker.finish(await talk.worker.take())
    card = await talk.until(lambda message: "Done in" in message.text)
    await talk.settled()
    return card


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_two_persons_press_the_same_card(
    platform: str, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana", "Bo", band=True) as (ana, bo):
        ana.worker.picture = True
        card = await finished(ana)
        text, before = card.text, ana.messages()
        await ana.press(card, "No vocals")
        await bo.press(card, "Only vocals")
        track = await ana.worker.take()
        await ana.worker.report(track, TrackStage.RENDERING, 0.4)
        seen = await ana.until(lambda message: message.id == card.id and "Vocals: 40 %" in message.text)
        assert seen.text == f"{text}\nNo vocals: 40 %\nVocals: 40 %"
        assert {"Cancel: No vocals", "Cancel: Vocals"} <= set(labels(seen))
        assert await bo.press(card, "Cancel: No vocals") == (
            "Only the one who asked for it or an admin can cancel this."
        )
        assert ana.messages() == before
        await ana.worker.finish(track)
        await ana.until(lambda _: len(ana.files()) == 4)
        await ana.settled()
        shown = await ana.until(lambda message: message.id == card.id)
        assert (shown.text, ana.messages()) == (text, before + 2)
        assert ana.pictures(shown)
        mix = await ana.until(lambda message: "no vocals" in message.text)
        assert mix.text == "Elis & Tom - Águas de Março · no vocals (3:33)"
        assert "All stems" in labels(mix)


@ON_CHATS
async def test_a_failure_is_a_line_with_a_button(talk: Talk) -> None:
    card = await finished(talk)
    text, before = card.text, talk.messages()
    await talk.press(card, "No vocals")
    await talk.worker.fail(await talk.worker.take(), Reason.STALLED)
    failed = await talk.until(lambda message: message.id == card.id and "Try again" in labels(message))
    assert "\nNo vocals: " in failed.text
    await talk.settled()
    assert talk.messages() == before
    await talk.press(card, "Only vocals")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    still = await talk.until(lambda message: message.id == card.id)
    assert "Try again" in labels(still), "another result does not take the line away"
    assert await talk.press(card, "Try again") == "On it again."
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    again = await talk.until(lambda message: message.id == card.id)
    assert (again.text, "Try again" in labels(again)) == (text, False)
    assert talk.messages() == before + 2


@ON_CHATS
async def test_it_can_be_cancelled(talk: Talk) -> None:
    card = await finished(talk)
    text, before = card.text, talk.messages()
    await talk.press(card, "No vocals")
    await talk.shows(card, "Cancel")
    assert await talk.press(card, "Cancel") == "Cancelled."
    await talk.settled()
    shown = await talk.until(lambda message: message.id == card.id)
    assert (shown.text, "Cancel" in labels(shown)) == (text, False)
    assert talk.messages() == before


@ON_CHATS
async def test_the_page_that_a_person_opened_stays(talk: Talk) -> None:
    card = await finished(talk)
    await talk.press(card, "No vocals")
    await talk.turn(card, "More…")
    await talk.shows(card, "Zip")
    await talk.shows(card, "Cancel")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    shown = await talk.until(lambda message: message.id == card.id)
    assert "Zip" in labels(shown)
    assert "Cancel" not in labels(shown)


@ON_CHATS
async def test_the_message_of_the_file_is_a_card_too(talk: Talk) -> None:
    card = await finished(talk)
    before = talk.messages()
    await talk.press(card, "No vocals")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    mix = await talk.until(lambda message: "no vocals" in message.text)
    name = mix.text
    await talk.turn(mix, "More…")
    await talk.turn(mix, "FLAC")
    await talk.shows(mix, "Cancel")
    shown = await talk.until(lambda message: message.id == mix.id)
    assert shown.text.startswith(f"{name}\nNo vocals, FLAC: ")
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()
    shown = await talk.until(lambda message: message.id == mix.id)
    assert shown.text == name
    assert talk.files()[-2:] == [f"no vocals {NAME}", f"no vocals {NAME}".replace("mp3", "flac")]
    assert talk.messages() == before + 2


@ON_CHATS
async def test_another_separation_has_a_card_of_its_own(talk: Talk) -> None:
    """Its buttons are those of other stems."""
    card = await finished(talk)
    await talk.press(card, "4 stems")
    await talk.worker.finish(await talk.worker.take())
    other = await talk.until(lambda message: message.id != card.id and "Done in" in message.text)
    await talk.settled()
    assert "No drums" in labels(other)


def labels(message: Any) -> list[str]:
    buttons = message.buttons
    return list(buttons) if isinstance(buttons, dict) else message.labels
