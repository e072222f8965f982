"""The result of one request, copied to the output folder, and what is told about it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bot import texts
from bot.cards.cards import about_sound
from bot.cards.headings import called
from bot.cards.models import stem_word
from bot.delivery.planning.plan import Note, about_level, note_text
from bot.terminal.inputs import Song
from bot.terminal.options import Options
from bot.terminal.outcome import Outcome
from bot.terminal.output.hand_over import Delivered, hand_over
from bot.texts import figures
from jobs.failures import Reason, failed
from jobs.models import Request, Stem
from jobs.music.effects import PLAIN
from jobs.results import Manifest
from jobs.store.store import ResultStore


class Delivery(NamedTuple):
    """A result in the output folder. `notes`: how it deviates from its source. `has_stems`: it is all of the stems,
    as they were separated."""

    manifest: Manifest
    has_stems: bool
    files: tuple[Delivered, ...]
    notes: tuple[Note, ...]

    def sentences(self, seconds: float, language: str) -> Iterator[str]:
        """What a person is told. `seconds`: since it was asked for."""
        took = texts.say(language, "card-done", wait=figures.took(seconds, language))
        yield f"{called(self.manifest.tags, language)}: {took}"
        yield from about_sound(self.manifest, language)
        if self.has_stems:
            yield from about_sum(self.manifest, language)
        yield from (note_text(note, language) for note in self.notes)

    def outcome(self, song: Song) -> Outcome:
        tags = self.manifest.tags
        sum_, seconds = self.manifest.sum, round(self.manifest.seconds, 3)
        outcome = Outcome(song.word, "done", tags.artist, tags.title, seconds, self.files)
        return outcome if sum_ is None else replace(outcome, residual_db=sum_.residual_db, moved_db=sum_.moved_db)


async def deliver(
    options: Options, request: Request, store: ResultStore, song: Song, keep: frozenset[Path]
) -> Delivery:
    """Copy the result of a request to the output folder. `keep`: files of this run, which stay in any case.

    Raises `Failed` INTERNAL if it is gone from the store, `OSError` if the folder cannot be written.
    """
    made = await store.read(request.track_id)
    files: list[Delivered] = []
    notes: list[Note] = []
    file = song.source.stem if isinstance(song.source, Path) else song.source.video_id
    for rendition in options.renditions:
        rendered = made.rendered(rendition)
        if made.manifest is None or rendered is None:
            raise failed(Reason.INTERNAL, "the result is gone from the store")
        async with store.open(request.track_id, rendered.files, rendition) as folder:
            files += await asyncio.to_thread(hand_over, folder, made.manifest, rendered, options, file, keep)
        notes += about_level(made.manifest, rendered)
    assert made.manifest is not None
    order = options.order
    has_stems = order.is_stems and order.effect == PLAIN and not options.only
    return Delivery(made.manifest, has_stems, tuple(files), tuple(notes))


def about_sum(manifest: Manifest, language: str) -> Iterator[str]:
    """How the stems add up to the song."""
    if manifest.sum is None:
        return
    if manifest.sum.moved_db is not None:
        moved = figures.decibels(manifest.sum.moved_db, language)
        yield texts.say(language, "terminal-moved", level=moved, stem=stem_word(Stem.OTHER, language))
    yield texts.say(language, "terminal-sum", level=figures.decibels(manifest.sum.residual_db, language))
