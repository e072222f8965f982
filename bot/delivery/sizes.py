"""How large a rendition gets, before it is made: exactly for MP3 and WAV, from the stored stems for FLAC; and which
other ones come into question where it is too large."""

from collections.abc import Iterator
from typing import Final

from jobs.models import Format, Rendition
from jobs.outcomes import Manifest

#: Bit rates below the usual one, in kbit/s: those of MPEG-1 Layer III that are worth hearing, and what still is music.
RATES: Final = (256, 192, 160, 128, 96, 64, 48, 32)
#: In kbit/s, as long as no worker has told another one.
USUAL_RATE: Final = 320

_SPARE: Final = {Format.MP3: 1.01, Format.M4A: 1.05}  # headers, and what the encoder takes beyond its average
_TAGS: Final = 64_000  # bytes of a file beside its sound and cover
_SURE_OF_FLAC: Final = 0.95  # of a stored stem's bytes: it may be written anew, without its cover


def choices(wished: Rendition, kbps: int) -> Iterator[Rendition]:
    """The wished rendition, then what comes closest to it in smaller files. `kbps`: the usual bit rate."""
    lossy = wished.format if wished.format is Format.M4A else Format.MP3
    closest = {
        Format.WAV32: (Format.WAV32, Format.WAV, Format.FLAC, lossy),
        Format.WAV: (Format.WAV, Format.FLAC, lossy),
        Format.FLAC: (Format.FLAC, lossy),
    }
    for format_ in closest.get(wished.format, (lossy,)):
        yield wished.model_copy(update={"format": format_})
    for rate in RATES:
        if rate < kbps:
            yield wished.model_copy(update={"format": lossy, "kbps": rate})


def most(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    """Bytes that the largest file of a rendition will hardly have more than."""
    beside = _TAGS + (manifest.cover.bytes_ if manifest.cover else 0)
    match rendition.format:
        case Format.FLAC:
            return beside + max((stem.bytes_ for stem in manifest.stems), default=0)
        case Format.WAV | Format.WAV32:
            return beside + _wav(rendition, manifest)
        case Format.MP3 | Format.M4A:
            return beside + _lossy(rendition, manifest, kbps) * _SPARE[rendition.format]


def least(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    """Bytes that the largest file of a rendition, or a zip of it, surely has. 0 where nobody knows."""
    stems = [stem.bytes_ * _SURE_OF_FLAC for stem in manifest.stems]
    files = len(manifest.model.stems) if rendition.kind == "zip" else 1
    match rendition.format:
        case Format.MP3:
            return files * _lossy(rendition, manifest, kbps)
        case Format.WAV | Format.WAV32:
            return files * _wav(rendition, manifest)
        case Format.FLAC if rendition.kind == "zip":
            return sum(stems)
        case Format.FLAC if rendition.kind == "stems":
            return max(stems, default=0)
        case _:  # M4A spends little on silence, and what a mix takes as FLAC depends on its stems
            return 0


def _wav(rendition: Rendition, manifest: Manifest) -> float:
    return manifest.samples * 2 * (4 if rendition.format is Format.WAV32 else 3)  # channels, bytes of a sample


def _lossy(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    return manifest.seconds * (rendition.kbps or kbps) * 1000 / 8
