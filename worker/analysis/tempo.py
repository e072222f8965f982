"""The tempo of beats, and whether it is steady."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

SPAN: Final = 8  # beats over which a tempo is taken
STEADY: Final = 0.02  # of the tempo
SMOOTHED: Final = 4  # beats on each side
FARTHEST: Final = 0.015  # seconds by which a beat is moved


def bpm_of(beats: Times) -> float:
    """The median tempo, in beats per minute. `beats`: two or more, in seconds."""
    return float(60 / np.median(_intervals(beats)))


def is_steady(beats: Times) -> bool:
    """Whether the tempo stays within 2 % of its median, but for a few beats."""
    intervals = _intervals(beats)
    low, middle, high = np.percentile(intervals, [5, 50, 95])
    return bool(high - middle <= STEADY * middle and middle - low <= STEADY * middle)


def smoothed(beats: Times) -> Times:
    """Beats without the unevenness of frames: each on the line through its neighbours, but no farther than 15 ms."""
    numbers = np.arange(len(beats), dtype=np.float64)
    placed = np.empty_like(beats)
    for index in range(len(beats)):
        near = slice(max(index - SMOOTHED, 0), index + SMOOTHED + 1)
        slope, start = np.polyfit(numbers[near], beats[near], 1)
        placed[index] = slope * index + start
    return np.clip(placed, beats - FARTHEST, beats + FARTHEST)


def _intervals(beats: Times) -> Times:
    """Seconds per beat, over `SPAN` beats or all."""
    span = min(SPAN, len(beats) - 1)
    return (beats[span:] - beats[:-span]) / span
