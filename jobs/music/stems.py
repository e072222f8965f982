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
    OTHER = "other"


class StemInfo(NamedTuple):
    """The properties of one stem.

    `letter` is one lower-case letter for button data, different for each stem. `colour` is RGB in the picture of the
    waveforms. `words` are the stem's names in all languages of the bot, in lower case without accents:
    groups mix languages.
    """

    letter: str
    colour: tuple[int, int, int]
    words: str


# The colours differ also for people who confuse red and green (after Okabe & Ito, 2008), and are muted on white.
STEM_INFO: Final[dict[Stem, StemInfo]] = {
    Stem.VOCALS: StemInfo(
        "v", (213, 94, 0), "vocals vocal voice voices singing singer voz vozes vocais canto acapella"
    ),
    Stem.ACCOMPANIMENT: StemInfo(
        "a", (0, 114, 178), "accompaniment band instrumental instruments acompanhamento banda instrumentos playback"
    ),
    Stem.DRUMS: StemInfo("d", (0, 158, 115), "drums drum drummer percussion bateria baterias batera percussao"),
    Stem.BASS: StemInfo("b", (86, 60, 160), "bass baixo contrabaixo"),
    Stem.PIANO: StemInfo("p", (204, 121, 167), "piano keys keyboard teclado teclados"),
    Stem.OTHER: StemInfo("o", (86, 140, 190), "other others rest resto outro outros"),
}
