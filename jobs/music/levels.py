"""Gains of results against their source, and which gains are shown."""

from math import log10
from typing import Final

from jobs.results import Manifest, Rendered

LEAST_TOLD: Final = 0.05  # dB: inaudible below it, and 0 in figures with one decimal


def level(manifest: Manifest, rendered: Rendered) -> float:
    """The gain of a rendition against the source: 1 where both are equally loud."""
    return 1.0 if rendered.rendition.encoding.format.keeps_level else manifest.gain * rendered.gain


def decibels(gain: float) -> float:
    """A gain above 0 in dB; 0.0 where it is too small to show."""
    value = 20 * log10(gain)
    return value if abs(value) >= LEAST_TOLD else 0.0


def amplitude(decibels: float) -> float:
    """The factor of a gain in dB."""
    return float(10 ** (decibels / 20))
