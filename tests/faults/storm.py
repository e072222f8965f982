"""A storm of `kill -9`: kills processes in every stage of a song, and counts the outcomes of all requests.

A seed decides, as far as processes allow, the order of the victims, the stage that each kill waits for, and its moment
in that stage.
"""

import asyncio
import contextlib
import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import psutil

from tests.peers.botapi import Chat, Message
from tests.peers.discord import Channel
from tests.peers.discord import Message as DiscordMessage
from tests.running import Up

#: Victims, and the words that identify their processes.
VICTIMS = {
    "child": ("worker.separation", "worker.sources", "worker.rendering.render"),
    "worker": ("worker",),
    "bot": ("telegram",),
    "Discord bot": ("discord",),
    "queue": ("valkey-server",),
}
CHILDREN = {"fetching": "worker.sources", "separating": "worker.separation", "rendering": "worker.rendering.render"}
STAGES = (*CHILDREN, "sending")
AIM = 3.0  # seconds that a kill waits for its stage; then it happens in any stage
INTO = 0.5  # seconds into the stage, at most
CALM = 8.0  # seconds after each round of kills, at most; fewer when two songs have ended


class Asked(Protocol):
    """One request of a person, and its messages."""

    @property
    def place(self) -> object:
        """The chat."""
        ...

    @property
    def card_text(self) -> str:
        """The text of the request's card; '' without one."""
        ...

    @property
    def is_over(self) -> bool: ...

    def songs(self) -> list[str]:
        """Each delivered song file, by name and content."""
        ...


@dataclass
class OnDiscord:
    """A request in direct messages on Discord."""

    place: Channel
    message: DiscordMessage

    @property
    def _card(self) -> DiscordMessage | None:
        return next((one for one in reversed(self._answers()) if one.content), None)

    @property
    def card_text(self) -> str:
        return self._card.text if self._card is not None else ""

    @property
    def is_over(self) -> bool:
        return self._card is not None and "Cancel" not in self._card.buttons

    def _answers(self) -> list[DiscordMessage]:
        return [one for one in self.place.from_bot() if one.reply_to is self.message]

    def songs(self) -> list[str]:
        files = [file for one in self._answers() for file in one.all_files]
        return [_named(file.name, file.content) for file in files if not file.name.endswith((".png", ".jpg"))]


@dataclass
class OnTelegram:
    """A request in a private chat on Telegram."""

    place: Chat
    message: Message

    @property
    def card(self) -> Message | None:
        """The card of the request, the last one if there were two."""
        answers = (message for message in self.answers() if message.is_card)
        return next(answers, None)

    @property
    def card_text(self) -> str:
        return self.card.text if self.card is not None else ""

    @property
    def is_over(self) -> bool:
        card = self.card
        return card is not None and "Cancel" not in card.labels

    def answers(self) -> Iterator[Message]:
        """The bot's replies, newest first."""
        return (message for message in reversed(self.place.from_bot()) if message.reply_to == self.message)

    def songs(self) -> list[str]:
        """Each delivered song file, by name and content."""
        files = [message.file for message in self.answers() if message.file and not message.is_card]
        return [_named(file.name, file.content) for file in files]


def _named(name: str, content: bytes) -> str:
    return f"{name} {hashlib.sha256(content).hexdigest()[:16]}"


@dataclass
class Toll:
    """The outcomes of the requests."""

    accepted: int = 0
    delivered: int = 0
    failed: int = 0
    uncertain: int = 0
    lost: int = 0
    duplicated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, question: Asked) -> None:
        self.accepted += 1
        card, songs = question.card_text, question.songs()
        self.duplicated += len(songs) - len({song.rpartition(" ")[0] for song in songs})
        if not card or not question.is_over:
            self.lost += 1
        elif "Telegram never said" in card:
            self.uncertain += 1
        elif "Done" in card:
            self.delivered += 1
            self.lost += len(songs) < 2
        else:
            self.failed += 1
            self.reasons[card.splitlines()[-1]] += 1


class Storm:
    """Kills in one `fl-bt up`. `hits`: the number by victim; `met`: the stages by victim."""

    def __init__(
        self, running: Up, is_taking: Callable[[], bool], dice: random.Random, questions: Sequence[Asked]
    ) -> None:
        self.hits: Counter[str] = Counter()
        self.met: dict[str, Counter[str]] = {victim: Counter() for victim in VICTIMS}
        self._running = running
        self._is_taking = is_taking
        self._dice = dice
        self._questions = questions

    async def rage(self, rounds: int) -> None:
        """Kills each victim once in each round, one or two at a time, with a pause after each round."""
        for _ in range(rounds):
            victims = list(VICTIMS)
            self._dice.shuffle(victims)
            while victims:
                together, victims = victims[: (some := self._dice.choice((1, 2)))], victims[some:]
                stage = self._dice.choice(list(CHILDREN) if "child" in together else STAGES)
                depth = self._dice.uniform(0, INTO)
                await self._until(stage)
                await asyncio.sleep(depth)
                await asyncio.gather(*(self._strike(victim, stage) for victim in together))
            await self._calm()

    async def _strike(self, victim: str, stage: str) -> None:
        while True:
            found = [process for word in self._words(victim, stage) for process in self._running.parts(word)]
            at = self._stages()
            with contextlib.suppress(psutil.NoSuchProcess, IndexError):
                self._dice.choice(found).kill()
                break
            await asyncio.sleep(0.05)  # no such process at the moment
        self.hits[victim] += 1
        self.met[victim].update(at or ["between"])

    def _words(self, victim: str, stage: str) -> tuple[str, ...]:
        """The words of the awaited stage's child if there is one, else of any child."""
        if victim == "child" and self._running.parts(CHILDREN[stage]):
            return (CHILDREN[stage],)
        return VICTIMS[victim]

    async def _until(self, stage: str) -> None:
        end = time.monotonic() + AIM
        while stage not in self._stages() and time.monotonic() < end:
            await asyncio.sleep(0.03)

    def _stages(self) -> list[str]:
        """The stages of songs now, from outside: running children, and files being sent."""
        words = {word for process in self._running.family() for word in _words_of(process)}
        here = [stage for stage, module in CHILDREN.items() if module in words]
        return [*here, *(["sending"] if self._is_taking() else [])]

    async def _calm(self) -> None:
        before, end = self._over(), time.monotonic() + CALM
        while self._over() < before + 2 and time.monotonic() < end:
            await asyncio.sleep(0.1)

    def _over(self) -> int:
        return sum(question.is_over for question in self._questions)

    def report(self) -> str:
        hits = ", ".join(f"{count} of the {victim}" for victim, count in self.hits.items())
        return f"kills: {hits}\n  in which stage: {json.dumps(self.met)}"


def _words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []
