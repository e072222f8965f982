"""The table of stems, for both sides."""

from enum import StrEnum, unique
from typing import Final, NamedTuple


@unique
class Stem(StrEnum):
    """The value names a stem in file names, in stored JSON and in the identifiers of texts."""

    VOCALS = "vocals"
    ACCOMPANIMENT = "accompaniment"
    DRUMS = "drums"
    BASS = "bass"
    PIANO = "piano"
    GUITAR = "guitar"
    OTHER = "other"


class StemInfo(NamedTuple):
    """The properties of one stem.

    `letter` is one lower-case letter for button data, different for each stem. `colour` is RGB in the picture of the
    waveforms. The names that people use are in `bot/texts` and `bot/phrases`.
    """

    letter: str
    colour: tuple[int, int, int]


# The colours differ also for people who confuse red and green (after Okabe & Ito, 2008), and are muted on white.
STEM_INFO: Final[dict[Stem, StemInfo]] = {
    Stem.VOCALS: StemInfo("v", (213, 94, 0)),
    Stem.ACCOMPANIMENT: StemInfo("a", (0, 114, 178)),
    Stem.DRUMS: StemInfo("d", (0, 158, 115)),
    Stem.BASS: StemInfo("b", (86, 60, 160)),
    Stem.PIANO: StemInfo("p", (204, 121, 167)),
    Stem.GUITAR: StemInfo("g", (178, 132, 0)),
    Stem.OTHER: StemInfo("o", (86, 140, 190)),
}
