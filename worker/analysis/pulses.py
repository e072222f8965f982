"""Finds pulses: regular series of attacks, at every speed at which a person might tap to a song."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from worker.analysis.spectra import FRAMES_PER_SECOND

Floats = NDArray[np.float32]

SLOWEST: Final = 1.6  # seconds from a pulse to the next
FASTEST: Final = 0.22
MOST_PULSES: Final = 8  # that are followed
DRIFT: Final = 1.22  # how far an interval may be from the usual one
STIFFNESS: Final = 2000.0  # of the tempo
FAINT: Final = 0.004  # flux of steady sounds
SURROUNDINGS: Final = 1.0  # seconds on each side, whose mean is the usual strength of attacks

SMOOTHING: Final = np.array([0.25, 0.5, 1, 0.5, 0.25], np.float32)  # frames of an attack


def attacks(flux: Floats, weights: Sequence[float]) -> Floats:
    """(frames,) The strength of attacks: a weighted sum of the bands, over the usual, smoothed; its deviation is 1."""
    if len(flux) < len(SMOOTHING):
        return np.zeros(len(flux), np.float32)
    loud = np.maximum(flux.std(axis=0), FAINT)
    strength = (flux / loud) @ np.asarray(weights, np.float32)
    above = np.maximum(strength - moving_mean(strength, round(SURROUNDINGS * FRAMES_PER_SECOND)), 0)
    smooth = np.convolve(above, SMOOTHING, "same")
    deviation = float(smooth.std())
    return (smooth / deviation if deviation > 1e-6 else np.zeros_like(smooth)).astype(np.float32)


def moving_mean(values: Floats, reach: int) -> Floats:
    """The mean of each value and `reach` neighbours on each side."""
    sums = np.concatenate([[0.0], np.cumsum(np.pad(values, reach, mode="edge"), dtype=np.float64)])
    means: Floats = ((sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)).astype(np.float32)
    return means


def periods(strength: Floats) -> list[float]:
    """The intervals, in frames, at which attacks repeat most, the strongest first.

    The autocorrelation is taken of twelve seconds at a time, so that a drift does not smear it.
    """
    span, most = 12 * FRAMES_PER_SECOND, round(2 * SLOWEST * FRAMES_PER_SECOND)
    if len(strength) < most:
        return []
    span = min(span, len(strength))
    total = np.zeros(most)
    for start in range(0, len(strength) - span + 1, span // 2):
        part = strength[start : start + span] - strength[start : start + span].mean()
        power = np.abs(np.fft.rfft(part, 2 * span)) ** 2
        alike = np.fft.irfft(power)[:most]
        if alike[0] > 0:
            total += alike / alike[0] * (span / (span - np.arange(most)))
    lags = np.arange(round(FASTEST * FRAMES_PER_SECOND), round(SLOWEST * FRAMES_PER_SECOND))
    value = total[lags] + 0.5 * np.maximum(total[2 * lags - 1], total[np.minimum(2 * lags, most - 1)])
    peaks = [
        index
        for index in range(1, len(lags) - 1)
        if value[index - 1] <= value[index] > value[index + 1] and value[index] > 0
    ]
    peaks.sort(key=lambda index: -value[index])
    return [float(lags[index]) for index in peaks[:MOST_PULSES]]


def follow(strength: Floats, period: float) -> NDArray[np.int64]:
    """The frames of a pulse that goes with the attacks and keeps about `period` frames.

    Dynamic programming (Ellis, 2007), with the last interval as a second state: so the tempo may drift, but not jump.
    """
    lags = np.unique(np.round(np.geomspace(period / DRIFT, period * DRIFT, 25)).astype(int))
    change = (
        STIFFNESS * np.log(lags[:, None] / lags[None, :]) ** 2
    )  # from the interval in the column to that in the row
    size, block = len(strength), int(lags[0])
    scores = np.zeros((size + lags[-1], len(lags)), np.float32)  # shifted: the first pulses have none before them
    origins = np.zeros((size, len(lags)), np.uint8)
    for start in range(0, size, block):
        frames = np.arange(start, min(start + block, size))
        before = scores[frames[:, None] + lags[-1] - lags[None, :]]  # (frames, interval, interval before)
        choices = before - change[None]
        origins[frames] = choices.argmax(axis=2)
        scores[frames + lags[-1]] = choices.max(axis=2) + strength[frames, None]
    end = scores[-lags[-1] :] if size > lags[-1] else scores[lags[-1] :]
    frame, lag = np.unravel_index(int(end.argmax()), end.shape)
    at, state = len(scores) - len(end) + int(frame) - int(lags[-1]), int(lag)
    pulse = []
    while at >= 0:
        pulse.append(at)
        at, state = at - int(lags[state]), int(origins[at, state])
    return np.array(pulse[::-1], np.int64)


def around(values: Floats, frames: NDArray[np.float64], reach: int = 3) -> Floats:
    """The largest of `values`, (frames,) or (frames, n), within `reach` frames of each of `frames`."""
    padding = [(reach, reach)] + [(0, 0)] * (values.ndim - 1)
    largest = sliding_window_view(np.pad(values, padding), 2 * reach + 1, axis=0).max(axis=-1)
    inside = np.clip(np.round(frames).astype(np.int64), 0, len(values) - 1)
    result: Floats = largest[inside]
    return result
