"""What a rendition needs to know of a song, and the failure where that is not known. Pure."""

from jobs.failures import Failed, Failure, Reason
from jobs.music.analysis import Analysis
from jobs.music.contents import AnyContent, Chart, Click, Notes
from jobs.music.effects import Effect
from jobs.music.passages import span_of


def unmet(content: AnyContent, effect: Effect, analysis: Analysis | None, song: float) -> Failure | None:
    """Why a content cannot be made of a song of `song` seconds; None where it can."""
    found = analysis or Analysis(made_by="")
    if isinstance(content, Chart) and not found.chords:
        return Failure(reason=Reason.NO_CHORDS)
    if isinstance(content, Notes) and not (found.bass or found.vocals):
        return Failure(reason=Reason.NO_NOTES)
    if (isinstance(content, Click) or effect.needs_beats) and len(found.beats) < 2:
        return Failure(reason=Reason.NO_BEATS)
    try:
        if effect.passage is not None:
            span_of(effect.passage, analysis, song, effect.tempo)
    except Failed as why:
        return why.failure
    return None
