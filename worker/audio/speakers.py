"""Factors that mix any number of channels to left and right. Pure.

A channel on one side goes to that side, one in the middle to both at -3 dB. All but the front ones are 3 dB softer, and
the subwoofer's, which repeats the bass for cinemas, is left out: ITU-R BS.775, and what FFmpeg does.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

HALF_POWER = 0.5**0.5  # -3 dB

#: Places of channels in files without a layout: the order of FLAC (RFC 9639, 9.1.3) and of most recorders.
_COUNTED = {
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    # The fourth is mixed as a centre, not left out as a subwoofer: it may be the bass of a multitrack.
    6: ("FL", "FR", "FC", "FC", "BL", "BR"),
    7: ("FL", "FR", "FC", "FC", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "FC", "BL", "BR", "SL", "SR"),
}
_FRONT = frozenset({"FL", "FR", "FC", "FLC", "FRC", "DL", "DR"})
_SIDES = re.compile(r"[A-Z]*?(L|R)C?")  # FL, FLC, TBR, DL, ...


def downmix(places: Sequence[str]) -> NDArray[np.float32]:
    """(2, channels) factors from channels to left and right, for FFmpeg's names of their places.

    One channel goes to both sides unchanged, as in Spleeter; two are left and right, whatever their places. More than
    eight without places are a multitrack: their average goes to both sides.
    """
    count = len(places)
    if count == 1:
        return np.ones((2, 1), np.float32)
    if count == 2:
        return np.eye(2, dtype=np.float32)
    if "NONE" in places:
        if count not in _COUNTED:
            return np.full((2, count), 1 / count, np.float32)
        places = _COUNTED[count]
    return np.array([_factors(place) for place in places], np.float32).T


def _factors(place: str) -> tuple[float, float]:
    """The factors of a channel for left and right."""
    if place.startswith("LFE"):
        return 0.0, 0.0
    if place.startswith("AMBI"):
        # Ambisonics is a sphere of sound, not speakers: a pair of cardioids to the sides, out of W and Y.
        return {"AMBI0": (0.5, 0.5), "AMBI1": (0.5, -0.5)}.get(place, (0.0, 0.0))
    loud = 1.0 if place in _FRONT else HALF_POWER
    side = _SIDES.fullmatch(place)
    if side is None:
        return loud * HALF_POWER, loud * HALF_POWER
    return (loud, 0.0) if side[1] == "L" else (0.0, loud)
