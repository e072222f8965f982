"""Treats a mix of a song's stems: its tempo and key changed.

Drums keep their pitch. So the stems fall into two groups, and each is stretched as a whole: any mix of treated stems is
the treated mix.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jobs.models import Effect, Stem
from worker.audio.reading import open_song
from worker.audio.sound import SAMPLE_RATE
from worker.practice.ahead import ahead
from worker.practice.attacks import find_attacks
from worker.practice.stretching import Stretching
from worker.practice.timeline import timeline
from worker.practice.transposing import Transposing, rate_of
from worker.rendering.mixing import Block, blocks_of, weighted

UNPITCHED: Final = (Stem.DRUMS,)  # stems that keep their pitch

Planes = NDArray[np.float32]  # (2, samples)

_NOTHING: Final = np.zeros(0, np.float32)


class Song(NamedTuple):
    """The stems of a song, by files of equal length; its `samples` and attacks. Or a part of a song, which begins at
    sample `first` of the files; its attacks count from there.
    """

    stems: Mapping[Stem, Path]
    samples: int
    attacks: Sequence[int]
    first: int = 0

    def part(self, first: int, last: int) -> "Song":
        """The part from sample `first` to `last`."""
        inside = [attack - first for attack in self.attacks if first < attack < last]
        return Song(self.stems, last - first, inside, first)


class Group(NamedTuple):
    """Stems that are treated alike: `semitones` higher."""

    stems: tuple[Stem, ...]
    semitones: int


def measure(
    stems: Mapping[Stem, Path], mixes: Sequence[Mapping[Stem, float]], *, is_stretched: bool = True
) -> tuple[Song, list[float]]:
    """Reads a song once: for the largest magnitude of each of `mixes` (gains of stems), and for its attacks where it
    will be stretched.

    Raises `Failed` INTERNAL for a damaged stem.
    """
    samples = 0
    peaks = [0.0] * len(mixes)

    def mono() -> Iterator[NDArray[np.float32]]:
        nonlocal samples
        for blocks in _side_by_side([*stems.values()]):
            samples += len(blocks[0])
            for number, gains in enumerate(mixes):
                mix = weighted(blocks, [gains.get(stem, 0.0) for stem in stems])
                peaks[number] = max(peaks[number], float(np.abs(mix).max(initial=0.0)))
            yield weighted(blocks, [1.0] * len(blocks)).mean(axis=1) if is_stretched else _NOTHING

    attacks = find_attacks(mono())
    return Song(stems, samples, attacks), peaks


def unheard(stems: Mapping[Stem, Path]) -> Song:
    """A song of which only the length is read."""
    with open_song(next(iter(stems.values()))) as song:
        return Song(stems, round((song.seconds or 0.0) * SAMPLE_RATE), ())


def _side_by_side(paths: Sequence[Path]) -> Iterator[tuple[Block, ...]]:
    """The blocks of all stems, each half of them decoded by its own thread."""
    halves = [half for half in (paths[::2], paths[1::2]) if half]
    with ExitStack() as stack:
        decoded = [stack.enter_context(ahead(blocks_of(half))) for half in halves]
        for pieces in zip(*decoded, strict=True):
            even, odd = pieces[0][1], pieces[-1][1]
            yield tuple((even, odd)[number % len(halves)][number // len(halves)] for number in range(len(paths)))


def treated_length(samples: int, effect: Effect) -> int:
    """The samples of a song of `samples`, treated."""
    return round(samples * 100 / effect.tempo)


def groups_of(stems: Iterable[Stem], effect: Effect) -> tuple[Group, ...]:
    """The groups of a song's stems under an effect."""
    stems = tuple(stems)
    if not effect.key or not any(stem in UNPITCHED for stem in stems):
        return (Group(stems, effect.key),)
    pitched = tuple(stem for stem in stems if stem not in UNPITCHED)
    unpitched = tuple(stem for stem in stems if stem in UNPITCHED)
    return tuple(group for group in (Group(pitched, effect.key), Group(unpitched, 0)) if group.stems)


def treated(song: Song, gains: Mapping[Stem, float], effect: Effect) -> Iterator[tuple[float, Block]]:
    """The mix of the stems in `gains`, each times its gain, treated: (samples, 2) blocks, each with the fraction of the
    result done with it, `treated_length` samples in all. Raises `Failed` INTERNAL for a damaged stem.
    """
    length = treated_length(song.samples, effect)
    with ExitStack() as stack:
        streams = [
            stack.enter_context(ahead(_group(song, group, gains, length)))
            for group in groups_of(song.stems, effect)
            if any(stem in gains for stem in group.stems)
        ]
        done = 0
        for planes in added(streams):
            done += planes.shape[1]
            yield min(done / max(length, 1), 1.0), np.ascontiguousarray(planes.T)


def added(streams: Sequence[Iterator[Planes]]) -> Iterator[Planes]:
    """The sum of streams of equal length, cut into blocks of unlike lengths."""
    waiting = [np.zeros((2, 0), np.float32) for _ in streams]
    while True:
        for number, stream in enumerate(streams):
            while not waiting[number].shape[1]:
                planes = next(stream, None)
                if planes is None:
                    return
                waiting[number] = planes
        count = min(planes.shape[1] for planes in waiting)
        yield np.sum([planes[:, :count] for planes in waiting], axis=0, dtype=np.float32)
        waiting = [planes[:, count:] for planes in waiting]


def _group(song: Song, group: Group, gains: Mapping[Stem, float], length: int) -> Iterator[Planes]:
    """The part of a group that is in the mix, treated: `length` samples."""
    stems = [song.stems[stem] for stem in group.stems]
    wanted = [gains.get(stem, 0.0) for stem in group.stems]
    is_whole = len({*wanted}) == 1
    rate = rate_of(group.semitones)
    stretched = round(length * rate / SAMPLE_RATE)
    stretching = Stretching(timeline(song.samples, stretched, song.attacks), parts=0 if is_whole else 1)
    transposing = Transposing(rate, 2, length)
    if stretched == song.samples and not group.semitones:
        yield from (weighted(blocks, wanted).T for blocks in _blocks(song, stems))
        return
    with ahead(_blocks(song, stems)) as decoded:
        for blocks in decoded:
            planes = weighted(blocks, [1.0] * len(blocks)).T
            if not is_whole:
                planes = np.concatenate([planes, weighted(blocks, wanted).T])
            yield from _transposed(stretching.push(planes), transposing, wanted[0] if is_whole else 1.0)
    yield from _transposed(stretching.finish(), transposing, wanted[0] if is_whole else 1.0)
    yield from transposing.finish()


def _blocks(song: Song, paths: Sequence[Path]) -> Iterator[tuple[Block, ...]]:
    """The song's own blocks of these files."""
    at = -song.first
    for _, blocks in blocks_of(paths):
        first, last = max(-at, 0), min(song.samples - at, len(blocks[0]))
        at += len(blocks[0])
        if last > first:
            yield tuple(block[first:last] for block in blocks)
        if at > song.samples:  # a part; the end of a whole song tells whether a file is damaged
            return


def _transposed(stretched: Iterator[Planes], transposing: Transposing, gain: float) -> Iterator[Planes]:
    for planes in stretched:
        yield from transposing.push(planes if gain == 1 else planes * np.float32(gain))
