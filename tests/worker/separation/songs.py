"""Synthetic songs of parts that the network separates: a voice with formants, bass, and rhythmic noise."""

from pathlib import Path

import numpy as np

from jobs.models import Format
from jobs.results import Tags
from worker.audio.writing import open_track
from worker.separation.spleeter.spectrogram import Samples

RATE = 44100


def make_song(samples: int, seed: int = 1) -> Samples:
    """(samples, 2) float32, peaks near 0.7, energy up to 22 kHz, the two channels different."""
    chance = np.random.default_rng(seed)
    time = np.arange(samples) / RATE
    pitch = (
        220
        * 2 ** (np.round(3 * np.sin(2 * np.pi * 0.21 * time + seed)) / 12)
        * (1 + 0.01 * np.sin(2 * np.pi * 5.5 * time))
    )
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    voice = sum(
        np.sin(number * phase) * sum(1 / (1 + ((number * 220 - formant) / 120) ** 2) for formant in (700, 1150, 2500))
        for number in range(1, 20)
    )
    bass = np.sin(2 * np.pi * 55 * time) * np.exp(-3 * (time % 0.5))
    drums = chance.standard_normal((samples, 2)) * np.exp(-25 * (time % 0.5))[:, None]
    song = 0.2 * np.asarray(voice)[:, None] + 0.3 * bass[:, None] * [1.0, 0.8] + 0.15 * drums
    song *= 0.7 / np.abs(song).max()
    return np.asarray(song, np.float32)


def write_song(path: Path, song: Samples, format_: Format = Format.FLAC) -> Path:
    """The song as a file."""
    with open_track(path, format_, Tags(title="Song", artist="Nobody")) as track:
        track.write(song)
    return path
