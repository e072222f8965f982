"""Searching through the real child, in both of YouTube's layouts."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from jobs.failures import Failed, Reason
from jobs.results import Called
from jobs.youtube import Hit, Hits, search_id
from tests.peers.batch import Batch, Outcomes
from tests.peers.searches import PAGE, Result, Search, SearchTrouble
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from worker.child.parent_side import run_child
from worker.child.tasks import SearchTask

WORDS = "elis tom águas de março"
RESULTS = (
    Result("longsongslA", "Elis Regina & Tom Jobim - Águas de Março (Official Video)", "Elis Regina", 214),
    Result("livelivelvA", "Águas de Março 24/7", "Radio", seconds=None, live=True),
    Result("premierepmA", "Águas de Março, a premiere", "Tomorrow", seconds=None, upcoming=True),
    Result("hourshourhA", "A <b>title</b> &\tmore\u202e", "A\nchannel", 7322),
    Result("longsongslA", "The first one again"),
    Result("lengthlessA", "Águas de Março", "Tom Jobim - Topic", seconds=None),
)
HITS = (
    Hit(
        video_id="longsongslA",
        title="Elis Regina & Tom Jobim - Águas de Março (Official Video)",
        channel="Elis Regina",
        called=Called(title="Águas de Março", artist="Elis Regina & Tom Jobim", seconds=214),
    ),
    Hit(
        video_id="livelivelvA",
        title="Águas de Março 24/7",
        channel="Radio",
        called=Called(title="Águas de Março 24/7", artist="Radio"),
        reason=Reason.LIVE,
    ),
    Hit(
        video_id="premierepmA",
        title="Águas de Março, a premiere",
        channel="Tomorrow",
        called=Called(title="Águas de Março, a premiere", artist="Tomorrow"),
        reason=Reason.UPCOMING,
    ),
    Hit(
        video_id="hourshourhA",
        title="A <b>title</b> & more",
        channel="A channel",
        called=Called(title="A <b>title</b> & more", artist="A channel", seconds=7322),
    ),
    Hit(
        video_id="lengthlessA",
        title="Águas de Março",
        channel="Tom Jobim - Topic",
        called=Called(title="Águas de Março", artist="Tom Jobim"),
    ),
)


async def ask(words: str) -> Hits:
    task = SearchTask(words=words)
    return await run_child("worker.sources.youtube.searching", task, Hits, lambda step: None, deadline=60)


async def ask_all(searches: Iterable[Search], *, impatient: bool = False) -> list[Hits | Reason]:
    """The hits of several searches, or their reasons."""
    batch = Batch(search=tuple(SearchTask(words=one.words) for one in searches), impatient=impatient)
    outcomes = await run_child("tests.peers.batch", batch, Outcomes, lambda step: None, deadline=200)
    return [
        outcome.failure.reason if outcome.failure else Hits.model_validate_json(outcome.result or "")
        for outcome in outcomes.events
    ]


async def test_the_videos_that_a_search_finds(site: YouTubeStandIn) -> None:
    site.add_search(Search(WORDS, RESULTS))
    assert await ask(f" {WORDS}\n") == Hits(id=search_id(WORDS), hits=HITS)
    asked = [(one.host, one.method, one.path, one.client) for one in site.requests]
    request = ("www.youtube.com", "POST", "/youtubei/v1/search", "WEB")
    assert asked == [request, request], "few videos, so the next page is asked for; and no page of the site"


async def test_the_newer_layout_no_hits_and_many(site: YouTubeStandIn) -> None:
    lockups = Search("in the newer layout", RESULTS, lockups=True)
    nothing = Search("xqzzy wvvk")
    many = Search("many", tuple(replace(RESULTS[0], video_id=f"many{n:06d}A") for n in range(3 * PAGE)))
    site.add(Video("onlyoneoneA", title="Uma canção que só ela tem", author="Zé Ninguém", seconds=3.0))
    of_the_site = Search("CANCAO ze ninguem")
    site.add_search(lockups)
    site.add_search(many)
    met = await ask_all([lockups, nothing, many, of_the_site])
    assert [found for found in met if not isinstance(found, Hits)] == []
    hits = [found.hits for found in met if isinstance(found, Hits)]
    assert hits[0] == HITS
    assert hits[1] == (), "no hit is no failure"
    assert len(hits[2]) == SearchTask(words="many").most
    assert [hit.video_id for hit in hits[3]] == ["onlyoneoneA"]
    assert len(site.requests) == 2 + 1 + 1 + 2


async def test_a_failed_search_has_a_reason_without_the_words(site: YouTubeStandIn) -> None:
    # Words that would be reasons, if yt-dlp's messages were read, which quote them.
    troubles = {
        Search("private", trouble=SearchTrouble.FORBIDDEN): Reason.YOUTUBE_REFUSED,
        Search("not a bot", trouble=SearchTrouble.TOO_MANY): Reason.YOUTUBE_REFUSED,
        Search("removed", trouble=SearchTrouble.HTML): Reason.YOUTUBE_REFUSED,
        Search("deleted", RESULTS, trouble=SearchTrouble.CHANGED): Reason.YOUTUBE_REFUSED,
        Search("terminated", trouble=SearchTrouble.SILENT): Reason.STALLED,
        Search("live event", trouble=SearchTrouble.RESET): Reason.NETWORK,
    }
    for search in troubles:
        site.add_search(search)
    assert await ask_all(troubles, impatient=True) == [*troubles.values()]
    assert len(site.requests) <= 12
    with pytest.raises(Failed) as caught:
        await ask("deleted")
    assert "deleted" not in caught.value.failure.detail


async def test_no_network(site: YouTubeStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port has no server
    with pytest.raises(Failed) as caught:
        await ask(WORDS)
    assert caught.value.failure.reason is Reason.NETWORK
