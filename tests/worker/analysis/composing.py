"""Composes songs with known beats, bars, key, chords and notes, and plays them as stems."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.worker.analysis import instruments as play
from tests.worker.analysis.instruments import RATE, Sound
from tests.worker.analysis.styles import STYLES

Stems = dict[str, NDArray[np.float32]]  # name → (samples, 2)
Bars = list[list[tuple[float, float, int, int]]]  # for each bar its chords: first beat, end, root, minor

#: Progressions in degrees of the scale: semitones over the tonic, and whether the chord is minor. One chord a bar.
_MAJOR = (
    ((0, 0), (7, 0), (9, 1), (5, 0)), ((0, 0), (9, 1), (5, 0), (7, 0)), ((0, 0), (5, 0), (0, 0), (7, 0)),
    ((0, 0), (4, 1), (5, 0), (7, 0)), ((2, 1), (7, 0), (0, 0), (0, 0)), ((0, 0), (2, 1), (5, 0), (0, 0)),
)  # fmt: skip
_MINOR = (
    ((0, 1), (8, 0), (3, 0), (10, 0)), ((0, 1), (5, 1), (7, 1), (0, 1)), ((0, 1), (10, 0), (8, 0), (7, 0)),
    ((0, 1), (5, 1), (10, 0), (3, 0)), ((0, 1), (3, 0), (10, 0), (5, 1)), ((0, 1), (0, 1), (8, 0), (7, 0)),
)  # fmt: skip
_SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))


@dataclass(frozen=True)
class Piece:
    """What is to be composed. `drift`: how much faster the last bar is than the first; `modulates`: semitones by which
    the last third is higher."""

    name: str
    style: str
    bpm: float
    tonic: int
    minor: bool = False
    bars: int = 24
    drift: float = 0.0
    modulates: int = 0
    drums: bool = True
    sings: bool = True
    jitter: float = 0.006  # seconds, standard deviation of the players
    seed: int = 1


@dataclass
class Truth:
    """What is known of a song; times in seconds."""

    bpm: float
    metre: int
    tonic: int
    minor: bool
    beats: list[float] = field(default_factory=list)
    downbeats: list[float] = field(default_factory=list)
    chords: list[tuple[float, float, int, bool]] = field(default_factory=list)  # start, end, root, minor
    notes: dict[str, list[tuple[float, float, int]]] = field(default_factory=dict)


class _Tape:
    """A stem that is being recorded."""

    def __init__(self, samples: int) -> None:
        self.sound = np.zeros(samples + 2 * RATE, np.float32)

    def add(self, at: float, sound: Sound, level: float = 1.0) -> None:
        start = max(round(at * RATE), 0)
        end = min(start + len(sound), len(self.sound))
        if end > start:
            self.sound[start:end] += level * sound[: end - start]


class Band:
    """Plays one piece."""

    def __init__(self, piece: Piece) -> None:
        self.piece, self.style = piece, STYLES[piece.style]
        self.chance = np.random.default_rng(piece.seed)
        self.truth = Truth(piece.bpm, self.style.metre, piece.tonic, piece.minor)
        beats = piece.bars * self.style.metre
        speed = 1 + piece.drift * np.linspace(-0.5, 0.5, beats)
        lead = 0.3 + 1.2 * self.chance.random()
        self.grid = lead + np.concatenate([[0.0], np.cumsum(60 / (piece.bpm * speed))])
        self.truth.beats = [float(at) for at in self.grid[:-1]]
        self.truth.downbeats = self.truth.beats[:: self.style.metre]
        samples = round((self.grid[-1] + 1.0) * RATE)
        self.tapes = {name: _Tape(samples) for name in ("vocals", "drums", "bass", "other")}
        self.samples = samples

    def perform(self) -> tuple[Stems, Truth]:
        progression = self._progression()
        for bar, chords in enumerate(progression):
            for begin, end, root, minor in chords:
                self.truth.chords.append((self.at(bar, begin), self.at(bar, end), root, bool(minor)))
                self._play_chord(bar, begin, end, root, minor)
                self._play_bass(bar, begin, end, root, minor, progression)
            if self.piece.drums and not self._is_quiet(bar):
                self._play_drums(bar)
        if self.piece.sings:
            self._sing(progression)
        self._merge()
        return self._mixed(), self.truth

    def at(self, bar: int, beat: float) -> float:
        """Seconds of a beat of a bar; fractions lie where the style swings them."""
        whole, part = divmod(bar * self.style.metre + beat, 1)
        index = min(int(whole), len(self.grid) - 2)
        part += int(whole) - index
        return float(self.grid[index] + self.style.swung(part) * (self.grid[index + 1] - self.grid[index]))

    def _played(self, bar: int, beat: float) -> float:
        return self.at(bar, beat) + float(self.chance.normal(0, self.piece.jitter))

    def _is_quiet(self, bar: int) -> bool:
        """Whether the drums have not begun, or rest before the last part."""
        return bar < self.style.intro or bar == 2 * self.piece.bars // 3 - 1

    def _progression(self) -> Bars:
        piece, metre = self.piece, self.style.metre
        table = _MINOR if piece.minor else _MAJOR
        verse, chorus = self.chance.permutation(len(table))[:2]
        bars = []
        for bar in range(piece.bars):
            part = table[chorus if (bar // 8) % 2 else verse]
            up = piece.modulates if bar >= 2 * piece.bars // 3 else 0
            degree, minor = part[bar % 4]
            root = (piece.tonic + degree + up) % 12
            chords = [(0.0, float(metre), root, minor)]
            if metre == 4 and self.style.splits and bar % 8 == 7:
                other, its_minor = part[0] if part[0] != part[bar % 4] else part[1]
                chords = [(0.0, 2.0, root, minor), (2.0, 4.0, (piece.tonic + other + up) % 12, its_minor)]
            bars.append(chords)
        return bars

    def _play_chord(self, bar: int, begin: float, end: float, root: int, minor: int) -> None:
        style, chance = self.style, self.chance
        tones = [0, 3 if minor else 4, 7]
        if chance.random() < 0.25:
            tones.append(10 if minor or chance.random() < 0.3 else 11)
        low = 52 + int(chance.integers(0, 8))
        pitches = sorted(low + (root + tone - low) % 12 for tone in tones)
        instrument = getattr(play, style.chords)
        for index, (beat, length, which) in enumerate(style.comping):
            if begin <= beat < end:
                seconds = self.at(bar, min(beat + length, end)) - self.at(bar, beat)
                chosen = pitches if which < 0 else [pitches[which % len(pitches)] + 12 * (which // len(pitches))]
                at, level = self._played(bar, beat), 0.75 + 0.25 * chance.random() + 0.15 * (index == 0)
                for number, pitch in enumerate(chosen):
                    stagger = 0.012 * number if style.chords == "guitar" else 0
                    self.tapes["other"].add(at + stagger, instrument(pitch, round(seconds, 2)), level)
        if style.has_pad:
            seconds = self.at(bar, end) - self.at(bar, begin)
            for pitch in pitches:
                self.tapes["other"].add(self.at(bar, begin), play.pad(pitch, round(seconds, 2)), 0.5)

    def _play_bass(self, bar: int, begin: float, end: float, root: int, minor: int, bars: Bars) -> None:
        style = self.style
        low = 28 + (root - 28) % 12
        walk = (0, 3 if minor else 4, 7, 5)
        for index, (beat, length, kind) in enumerate(style.bass):
            if not begin <= beat < end:
                continue
            match kind:
                case "root":
                    pitch = low
                case "fifth":
                    pitch = low + 7 if low < 36 else low - 5
                case "octave":
                    pitch = low + 12
                case _:
                    pitch = low + walk[index % 4]
            if kind == "walk" and beat == style.metre - 1 and bar + 1 < len(bars):
                aim = bars[bar + 1][0][2]
                pitch = 28 + (aim - 28) % 12 + (1 if self.chance.random() < 0.5 else -1)
            at = self._played(bar, beat)
            seconds = 0.92 * (self.at(bar, min(beat + length, end)) - self.at(bar, beat))
            self.tapes["bass"].add(at, play.bass(pitch, round(seconds, 2)), 0.8 + 0.2 * self.chance.random())
            self.truth.notes.setdefault("bass", []).append((at, at + seconds, pitch))

    def _play_drums(self, bar: int) -> None:
        style, chance, tape = self.style, self.chance, self.tapes["drums"]
        is_fill = bar % 8 == 7
        if bar % 8 == 0:
            tape.add(self._played(bar, 0), play.crash(chance), 0.7)
        for name, strokes in style.drums.items():
            instrument = getattr(play, name)
            for beat, level in strokes:
                if is_fill and beat >= style.metre - 1 and name != "kick":
                    continue
                if level < 0.5 and chance.random() < 0.3:  # ghosts come and go
                    continue
                tape.add(self._played(bar, beat), instrument(chance), level * (0.85 + 0.3 * chance.random()))
        if is_fill:
            for step in range(4):
                stroke = play.tom(chance) if step % 2 else play.snare(chance)
                tape.add(self._played(bar, style.metre - 1 + step / 4), stroke, 0.8)

    def _sing(self, progression: Bars) -> None:
        piece, chance = self.piece, self.chance
        scale = [(piece.tonic + degree) % 12 for degree in _SCALES[piece.minor]]
        pitch, sung = 64, []
        for bar, chords in enumerate(progression):
            if bar < 2 or bar % 8 == 7:
                continue
            up = piece.modulates if bar >= 2 * piece.bars // 3 else 0
            for beat, length in self._line():
                chord = [one for one in chords if one[0] <= beat][-1]
                tones = {chord[2], (chord[2] + (3 if chord[3] else 4)) % 12, (chord[2] + 7) % 12}
                wanted = tones if beat == int(beat) else {(tone + up) % 12 for tone in scale}
                near = [
                    one for one in range(max(pitch - 5, 57), min(pitch + 6, 77)) if one % 12 in wanted and one != pitch
                ]
                pitch = int(chance.choice(near or [pitch]))
                at = self._played(bar, beat) + 0.004
                sung.append((at, at + 0.93 * (self.at(bar, beat + length) - self.at(bar, beat)), pitch))
        for at, end, pitch in sung:
            self.tapes["vocals"].add(at, play.voice(pitch, end - at, chance), 0.45 + 0.15 * chance.random())
        self.truth.notes["vocals"] = sung

    def _line(self) -> Iterator[tuple[float, float]]:
        """The rhythm of a sung bar: beats and lengths."""
        beat, step = 0.0, self.style.step
        while beat < self.style.metre - step:
            length = float(self.chance.choice([step, 2 * step, 2 * step, 3 * step, 4 * step]))
            length = min(length, self.style.metre - beat)
            if self.chance.random() > 0.2:
                yield beat, length
            beat += length

    def _merge(self) -> None:
        """Chords that go on are one chord."""
        merged: list[tuple[float, float, int, bool]] = []
        for chord in self.truth.chords:
            if merged and merged[-1][2:] == chord[2:]:
                merged[-1] = (merged[-1][0], chord[1], *chord[2:])
            else:
                merged.append(chord)
        self.truth.chords = merged

    def _mixed(self) -> Stems:
        """The stems, in stereo, with a room around harmony and voice, and no louder than full scale in sum."""
        dry = {name: tape.sound[: self.samples] for name, tape in self.tapes.items()}
        dry["other"], dry["vocals"] = play.room(dry["other"], self.chance), play.room(dry["vocals"], self.chance)
        levels = {"vocals": 0.5, "drums": 0.7, "bass": 0.45, "other": 0.45}
        stems = {name: levels[name] * np.stack([sound, sound], axis=1) for name, sound in dry.items()}
        stems["other"][:, 1] *= 0.8
        peak = max(float(np.abs(sum(stems.values())).max()), 1e-9)
        return {name: (sound * (0.9 / max(peak, 0.9))).astype(np.float32) for name, sound in stems.items()}


def compose(piece: Piece) -> tuple[Stems, Truth]:
    """The stems of a song, and what is known of it. The same song every time."""
    return Band(piece).perform()


def bled(stems: Stems, level_db: float = -20) -> Stems:
    """The stems as a separation leaves them: a little of the others is in each. They still add up to the song."""
    part = 10 ** (level_db / 20)
    mix = np.asarray(sum(stems.values()), np.float32)
    kept = 1 - part * len(stems)
    return {name: (kept * sound + part * mix).astype(np.float32) for name, sound in stems.items()}
