"""The analysis of a song in one line: `A minor · 8A · 124 BPM · 4/4`. Pure."""

from bot.texts import say
from jobs.music.analysis import FLATS, Analysis, Key, signature
from jobs.music.effects import PLAIN, Effect


def analysis_line(analysis: Analysis | None, language: str, effect: Effect = PLAIN) -> str:
    """What is known of a song with an `effect`, as far as it is sure. A drill has several tempi, and none is told."""
    if analysis is None:
        return ""
    key, parts = analysis.key, []
    if key is not None:
        key = key.moved(effect.key)
        parts += [key_words(key, language), key.camelot]
    if analysis.bpm is not None and len(effect.tempi) == 1:
        tempo = say(language, "analysis-tempo", bpm=str(round(analysis.bpm * effect.tempo / 100)))
        parts.append(tempo if analysis.steady else say(language, "analysis-about", tempo=tempo))
    if analysis.metre is not None:
        parts.append(signature(analysis.metre))
    return " · ".join(parts)


def key_words(key: Key, language: str) -> str:
    """A key with the names of notes that the language has: `B♭ major`, in Portuguese `Si♭ maior`."""
    names = say(language, "note-names-flat" if key.names is FLATS else "note-names-sharp").split()
    return say(language, "analysis-minor" if key.minor else "analysis-major", tonic=names[key.tonic])
