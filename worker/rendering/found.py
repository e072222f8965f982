"""Tempo and key of a file, as far as its song was analysed."""

from jobs.models import Effect
from jobs.music.analysis import Analysis, Key
from jobs.results import FileTags


def found_in(analysis: Analysis | None, effect: Effect, tags: FileTags, *, is_pitched: bool = True) -> FileTags:
    """The tags, with the tempo and the key that the file has by its effect. `is_pitched`: drums have no key."""
    if analysis is None:
        return tags
    bpm = round(analysis.bpm * effect.tempo / 100) if analysis.bpm else 0
    key = analysis.key.moved(effect.key) if analysis.key and is_pitched else None
    return tags.model_copy(update={"bpm": bpm, "key": _id3(key) if key else ""})


def _id3(key: Key) -> str:
    """A key as in ID3's TKEY: `Bbm`, `F#`."""
    return key.names[key.tonic].replace("♯", "#").replace("♭", "b") + ("m" if key.minor else "")
