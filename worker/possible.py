"""Which renditions can be made of a song, by what is known of it."""

from collections.abc import Sequence

from jobs.failures import Failed
from jobs.models import Rendition
from jobs.music.analysis import Analysis
from jobs.music.unmet import unmet


def possible(
    missing: list[Rendition], wanted: Sequence[Rendition], analysis: Analysis | None, seconds: float
) -> list[Rendition]:
    """The renditions that can be made of the song. Raises `Failed` where there is nothing else to make or to deliver.

    `wanted`: by all requests of the track. A request whose rendition is left out comes back for it, and fails then: so
    it does not fail requests for the same song with it.
    """
    failures = {
        rendition: why
        for rendition in missing
        if (why := unmet(rendition.content, rendition.effect, analysis, seconds)) is not None
    }
    if failures and len(failures) == len(wanted):
        raise Failed(next(iter(failures.values())))
    return [rendition for rendition in missing if rendition not in failures]
