"""Gains, and from which size on they are shown."""

import pytest

from jobs.models import Encoding, Format, Mix, Rendition
from jobs.music.levels import decibels, level
from jobs.results import Rendered
from tests.bot.delivery.planning.plans import song


@pytest.mark.parametrize(
    ("gain", "told"), [(1.0, 0.0), (0.5, -6.0206), (2.0, 6.0206), (0.9943, 0.0), (0.9942, -0.0505), (1 / 16, -24.0824)]
)
def test_a_gain_in_decibels(gain: float, told: float) -> None:
    assert decibels(gain) == pytest.approx(told, abs=1e-4)


def test_a_mix_has_its_own_gain_beside_the_stems_and_32_bit_float_has_none() -> None:
    manifest = song().model_copy(update={"gain": 0.5})
    for format_, expected in ((Format.MP3, 0.25), (Format.FLAC, 0.25), (Format.WAV, 0.25), (Format.WAV32, 1.0)):
        rendition = Rendition(content=Mix(stems=("vocals", "bass")), encoding=Encoding(format=format_))
        assert level(manifest, Rendered(rendition=rendition, files=(), gain=0.5)) == expected
