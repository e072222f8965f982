"""Short passages with known attacks, played by arithmetic, and measures of what a treatment did to them."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from worker.audio.sound import SAMPLE_RATE

Planes = NDArray[np.float32]  # (channels, samples)


def drums(seconds: float, bpm: float = 120) -> tuple[Planes, list[int]]:
    """Kick, hat, snare, hat in quavers, and the samples of their attacks. Silence lies between them."""
    noise = np.random.default_rng(7)
    samples = round(seconds * SAMPLE_RATE)
    sound = np.zeros(samples, np.float32)
    time = np.arange(8000) / SAMPLE_RATE
    kick = 0.8 * np.sin(2 * np.pi * (50 * time + 3 * (1 - np.exp(-40 * time)))) * np.exp(-12 * time)
    attacks = list(range(4410, samples - 9000, round(30 / bpm * SAMPLE_RATE)))
    for number, attack in enumerate(attacks):
        snare = 0.5 * noise.standard_normal(8000) * np.exp(-25 * time) + 0.3 * np.sin(1194 * time) * np.exp(-20 * time)
        hat = 0.2 * np.diff(noise.standard_normal(8001)) * np.exp(-60 * time)
        sound[attack : attack + 8000] += (kick, hat, snare, hat)[number % 4].astype(np.float32)
    return np.stack([sound, 0.9 * sound]), attacks


def voice(seconds: float, hertz: float = 220) -> Planes:
    """A sung vowel with vibrato, in the middle."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    phase = 2 * np.pi * np.cumsum(hertz * (1 + 0.01 * np.sin(2 * np.pi * 5 * time))) / SAMPLE_RATE
    sound = sum(0.15 / overtone * np.sin(overtone * phase) for overtone in range(1, 9))
    return np.stack([np.asarray(sound, np.float32)] * 2)


def chords(seconds: float) -> Planes:
    """A plucked chord every two seconds, more on the right."""
    sound = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    for number, root in enumerate((220.0, 196, 164.8, 247, 220, 196) * 10):
        start = number * 2 * SAMPLE_RATE
        tones = sum(0.06 * np.sin(2 * np.pi * root * ratio * time) * np.exp(-0.8 * time) for ratio in (1, 1.26, 1.5, 2))
        sound[start : start + len(time)] += np.asarray(tones, np.float32)[: max(len(sound) - start, 0)]
    return np.stack([0.7 * sound, sound])


def tone(seconds: float, hertz: float) -> Planes:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = (0.2 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
    return np.stack([sound, sound])


def decibels(part: Planes, whole: Planes) -> float:
    """The power of `part` against `whole`."""
    return float(10 * np.log10(np.mean(part.astype(np.float64) ** 2) / np.mean(whole.astype(np.float64) ** 2)))


def attack_kept(out: Planes, out_attacks: Sequence[float], source: Planes, attacks: Sequence[float]) -> float:
    """The mean ratio of the largest spectral flux around each attack, left channel, out/in: 1 is a perfect copy."""
    return float(
        np.mean([_flux(out[0], at) / _flux(source[0], was) for at, was in zip(out_attacks, attacks, strict=True)])
    )


def _flux(sound: NDArray[np.float32], attack: float) -> float:
    window, hop, span = 512, 64, 2048
    start = round(attack) - span - window // 2
    frames = sliding_window_view(sound[max(start, 0) : start + 2 * span + 2 * window], window)[::hop]
    spectra = np.abs(np.fft.rfft(frames * np.hanning(window), axis=1))
    return float(np.maximum(spectra[4:] - spectra[:-4], 0).sum(axis=1).max())


def pre_echo(out: Planes, out_attacks: Sequence[float], source: Planes, attacks: Sequence[float]) -> float:
    """How much louder the 20 ms before attacks became, against the 20 ms behind them, in dB."""
    return float(
        np.mean([_lead(out[0], at) - _lead(source[0], was) for at, was in zip(out_attacks, attacks, strict=True)])
    )


def _lead(sound: NDArray[np.float32], attack: float) -> float:
    at, span, edge = round(attack), SAMPLE_RATE // 50, 60
    before, behind = sound[at - span - edge : at - edge], sound[at : at + span]
    return float(10 * np.log10((np.mean(before**2) + 1e-12) / (np.mean(behind**2) + 1e-12)))


def pitch_and_purity(sound: NDArray[np.float32], about: float) -> tuple[float, float]:
    """The frequency of a tone in Hz, and its power against everything else in dB."""
    sound = sound[SAMPLE_RATE // 2 : -SAMPLE_RATE // 2].astype(np.float64)
    time = np.arange(len(sound)) / SAMPLE_RATE
    analytic = sound * np.exp(-2j * np.pi * about * time)
    smooth = np.convolve(analytic, np.hanning(2001) / 1000, "valid")
    drift = np.unwrap(np.angle(smooth))
    hertz = about + float(np.polyfit(np.arange(len(drift)) / SAMPLE_RATE, drift, 1)[0]) / (2 * np.pi)
    basis = np.stack([np.sin(2 * np.pi * hertz * time), np.cos(2 * np.pi * hertz * time)], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, sound, rcond=None)[0]
    return hertz, float(10 * np.log10(np.mean(fitted**2) / np.mean((sound - fitted) ** 2)))
