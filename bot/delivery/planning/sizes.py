"""Estimated sizes of a rendition's files before it is made: exact for MP3 and WAV, from the stored stems for FLAC; and
the smaller alternatives to an encoding that is too large."""

from collections.abc import Iterator
from typing import Final

from jobs.models import Format, Rendition, Session, Stems
from jobs.music.effects import PLAIN
from jobs.music.passages import LONGEST
from jobs.renditions import PLAYER_KBPS
from jobs.results import SAMPLE_RATE, Manifest

#: Bit rates below the default, in kbit/s: those of MPEG-1 Layer III down to the lowest acceptable for music.
RATES: Final = (256, 192, 160, 128, 96, 64, 48, 32)
#: Default bit rate in kbit/s until a worker reports its own.
USUAL_RATE: Final = 320

_SPARE: Final = {Format.MP3: 1.01, Format.M4A: 1.05}  # factor for headers and the encoder's overshoot
_COUNT_IN: Final = 60.0  # seconds, at most: two bars and the rest of one, in a slow song
_TAGS: Final = 64_000  # bytes of a file besides its sound and cover
#: A page's slices begin early: at most by this factor, at 32 kbit/s. Base64 takes four bytes for three.
_SLICED: Final = 1.08
_BASE64: Final = 4 / 3
_PAGE: Final = 400_000  # bytes of a page besides its sound
_SURE_OF_FLAC: Final = 0.95  # of a stored stem's bytes: re-encoding, without the cover, may save the rest


def choices(wished: Rendition, kbps: int) -> Iterator[Rendition]:
    """The ordered rendition, then smaller ones, the closest first. `kbps`: the default bit rate."""
    if wished.is_page:
        yield from (wished.encoded(Format.MP3, rate) for rate in RATES if rate <= PLAYER_KBPS)
        return
    format_ = wished.encoding.format
    if not wished.is_sound:
        yield wished
        return
    lossy = format_ if format_.is_lossy else Format.MP3
    closest = {
        Format.WAV32: (Format.WAV32, Format.WAV, Format.FLAC, lossy),
        Format.WAV: (Format.WAV, Format.FLAC, lossy),
        Format.FLAC: (Format.FLAC, lossy),
    }
    for near in closest.get(format_, (lossy,)):
        yield wished.encoded(near)
    for rate in RATES:
        if rate < kbps:
            yield wished.encoded(lossy, rate)


def most(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    """An upper estimate of a rendition's largest file, not packed, in bytes."""
    encoding = rendition.encoding
    if rendition.is_page:
        return _PAGE + _SLICED * _page_sound(rendition, manifest)
    beside = _TAGS + (manifest.cover.bytes_ if manifest.cover else 0)
    if not rendition.is_sound:
        return beside
    if rendition.effect.passage:
        return beside + LONGEST * _rate(rendition, kbps)
    if rendition.effect.count_in:
        beside += round(_COUNT_IN * _rate(rendition, kbps))
    if encoding.format is Format.FLAC:
        return beside + rendition.effect.seconds(max((stem.bytes_ for stem in manifest.stems), default=0))
    return beside + _sound(rendition, manifest, kbps) * _SPARE.get(encoding.format, 1.0)


def least(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    """A lower bound of a rendition's largest file, or of an archive of all its files, in bytes. 0 if unknown."""
    encoding, is_packed = rendition.encoding, rendition.package is not None
    if rendition.is_page:
        return _page_sound(rendition, manifest)
    if rendition.effect.passage or not rendition.is_sound:
        return 0  # bars may be short
    match encoding.format:
        case Format.M4A:  # small for silence
            return 0
        case Format.FLAC if not isinstance(rendition.content, Stems | Session) or rendition.effect != PLAIN:
            return 0  # it depends on the stems, and on the effect
        case Format.FLAC:
            stored = [stem.bytes_ * _SURE_OF_FLAC for stem in manifest.stems]
            return sum(stored) if is_packed else max(stored, default=0)
        case _:
            sounds = [file for file in rendition.files(manifest.model.stems) if not (file.extension or file.of_beats)]
            files = len(sounds) if is_packed else 1
            return files * _sound(rendition, manifest, kbps)


def _page_sound(rendition: Rendition, manifest: Manifest) -> float:
    """Bytes of every stem's sound in a page."""
    return len(manifest.model.stems) * manifest.seconds * rendition.encoding.kbps * 1000 / 8 * _BASE64


def _sound(rendition: Rendition, manifest: Manifest, kbps: int) -> float:
    """Bytes of the sound of one file in an encoding of constant rate, without a count-in."""
    return rendition.effect.seconds(manifest.seconds) * _rate(rendition, kbps)


def _rate(rendition: Rendition, kbps: int) -> float:
    """Bytes of a second in an encoding; of FLAC, at most."""
    encoding = rendition.encoding
    if encoding.format.is_lossy:
        return (encoding.kbps or kbps) * 1000 / 8
    return SAMPLE_RATE * 2 * (4 if encoding.format is Format.WAV32 else 3)  # channels, bytes of a sample
