"""Hits of searches for tests."""

from jobs.failures import Failure, Reason
from jobs.results import Called
from jobs.youtube import Hit, Hits, search_id

WORDS = "elis tom águas de março"


def hit(video_id: str, title: str, channel: str, seconds: float | None = 200, reason: Reason | None = None) -> Hit:
    called = Called(title=title.rpartition(" - ")[2], artist=title.partition(" - ")[0], seconds=seconds)
    return Hit(video_id=video_id, title=title, channel=channel, called=called, reason=reason)


SONG = hit("dQw4w9WgXcQ", "Elis & Tom - Águas de Março", "Elis Regina", 213)
LIVE = hit("livelivelvA", "Elis & Tom - Ao vivo 24/7", "Rádio", None, Reason.LIVE)
COVER = hit("jNQXAC9IVRw", "Banda Nova - Águas de Março (cover)", "Banda Nova", 187)
LONG = hit("longlonglgA", "Elis & Tom - The whole album", "Elis Regina", 3 * 3600)
UNTOLD = hit("lengthlessA", "Tom Jobim - Águas de Março", "Tom Jobim - Topic", None)
ALL = (SONG, LIVE, COVER, LONG, UNTOLD)


def result(*hits: Hit, words: str = WORDS, reason: Reason | None = None) -> Hits:
    """What the worker found. `reason`: of its failure."""
    failure = Failure(reason=reason, detail="said the test") if reason else None
    return Hits(id=search_id(words), hits=hits, failure=failure)
