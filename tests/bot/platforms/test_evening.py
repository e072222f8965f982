"""How many messages an evening of a band makes, on each platform.

Three people in one group: six songs by links, the first link twice at once, two mixes by buttons, a zip, FLAC, a song
again, a song by its words, and the status. An album counts as one message.

| | version 0.1.0 | now |
| --- | --- | --- |
| six songs by links | 6 x 3: card, picture, album | 6 x 2: card with the picture, album |
| the first link twice at once | 3: all of it again | 0: a mark on the second message |
| two mixes by buttons | 2 x 2: card, file | 2 x 1: file; the pressed card shows how far it is |
| a zip | 3: card, picture, file | 1: file |
| FLAC | 3 | 1: album |
| a song again | 3 | 1: "You have it here", a button sends it |
| a song by its words | 1 + 3: a refusal, then the song by its link | 2: the list becomes the card |
| the status | 1 | 1 |
| on Telegram | 39 | 20 |

Version 0.1.0 sent these 39 when the tests' server played it the same evening.
On Discord only the asker sees that a song is in the works or here already, and the status, so the channel has 18.
Version 0.1.0 had no Discord.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.platforms.talks import Talk, meeting
from tests.bot.searches.results import ALL, WORDS, result

LINKS = [f"https://youtu.be/aaaaaaaaa{letter}A" for letter in "bcdefg"]
FIRST = "1 · 3:33 · Elis & Tom - Águas de Março · Elis Regina"


async def made(talk: Talk, earlier: list[Any]) -> Any:
    """The final card of what was just asked for."""
    await talk.worker.finish(await talk.worker.take())
    ids = [one.id for one in earlier]
    card = await talk.until(lambda message: message.id not in ids and "Done in" in message.text)
    await talk.settled()
    earlier.append(card)
    return card


async def came(talk: Talk) -> None:
    """The file of what was just asked for on a card is there."""
    await talk.worker.finish(await talk.worker.take())
    await talk.settled()


@pytest.mark.parametrize(("platform", "messages"), [("telegram", 20), ("discord", 18)])
async def test_an_evening_of_a_band(
    platform: str, messages: int, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    async with meeting(platform, queue, store, tmp_path, "Ana", "Bo", "Cy", band=True) as (ana, bo, cy):
        ana.worker.picture = True
        done: list[Any] = []
        await asyncio.gather(*(one.command("stems", link=LINKS[0]) for one in (ana, bo)))
        first = await made(ana, done)
        for person, link in zip((bo, cy, ana, bo, cy), LINKS[1:], strict=True):
            await person.command("stems", link=link)
            await made(person, done)
        for person, label in ((ana, "No vocals"), (bo, "Only vocals")):
            await person.press(first, label)
            await came(person)
        await ana.turn(first, "More…")
        for label in ("Zip", "FLAC"):
            await ana.turn(first, label)
            await came(ana)
        assert "You have it here" in await cy.command("stems", link=LINKS[2])
        await bo.command("find", words=WORDS)
        await bo.worker.found(result(*ALL))
        hits = await bo.until(lambda message: "which one?" in message.text)
        await bo.turn(hits, FIRST)
        await made(bo, done)
        await cy.command("status")
        assert len(ana.files()) == 6 * 2 + 2 + 1 + 2 + 2
        assert ana.messages() == messages
