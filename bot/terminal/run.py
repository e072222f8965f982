"""One run of `fl-bt separate`: its options, and what became of its songs."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click

from bot import texts
from bot.terminal.inputs import Song
from bot.terminal.options import Options
from bot.terminal.outcome import Outcome, json_line
from bot.terminal.show import Show
from jobs.models import Upload, YouTube

PLATFORM: Final = "terminal"
LANGUAGE: Final = "en"


@dataclass
class Run:
    """`sources`: of the songs that were identified. `open_songs`: those without an outcome. `count`: of all songs."""

    options: Options
    show: Show
    name: str = field(default_factory=lambda: f"{PLATFORM}:{os.getpid()}-{secrets.token_hex(4)}")
    sources: dict[Song, YouTube | Upload] = field(default_factory=dict)  # as far as they were identified
    open_songs: list[Song] = field(default_factory=list)  # without an outcome
    count: int = 0  # of songs
    paths: list[Path] = field(default_factory=list)
    failures: int = 0

    def finish(self, outcome: Outcome, song: Song | None = None) -> None:
        """Print and count how an input ended."""
        if song is not None:
            self.open_songs.remove(song)
        self.paths += [file.path for file in outcome.files]
        if outcome.status == "failed":
            self.failures += 1
        if self.options.json:
            order = self.options.order
            click.echo(json_line(outcome, order.model.name, order.format.value))

    def fail(self, song: Song, reason: str, why: str, name: str = "") -> None:
        self.show.say(f"{name or song.name}: {why}")
        self.finish(Outcome(song.word, "failed", reason=reason, message=why), song)

    def place(self) -> str:
        """Of the song that is followed: `2 of 12`; empty for a single one."""
        if self.count == 1:
            return ""
        return texts.say(LANGUAGE, "terminal-place", place=self.count - len(self.open_songs) + 1, count=self.count)

    def end(self, code: int, why: str) -> int:
        """All songs without an outcome failed, for one reason. Returns the exit code `code`."""
        if why:
            self.show.say(why)
        for song in [*self.open_songs]:
            self.finish(Outcome(song.word, "failed", reason="not_started", message=why), song)
        return code
