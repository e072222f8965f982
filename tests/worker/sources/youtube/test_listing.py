"""Listing playlists through the real child, in both of YouTube's layouts."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from jobs.failures import Failed, Reason
from jobs.youtube import ListedVideo, Listing
from tests.peers.batch import Batch, Outcomes
from tests.peers.playlists import Entry, ListTrouble, Playlist, numbered
from tests.peers.youtube import YouTubeStandIn
from worker.child.parent_side import run_child
from worker.child.tasks import ListingTask

SONGS = (
    *numbered(2),
    Entry("privateprvA", gone="Private"),
    Entry("deletedxxxA", gone="Deleted"),
    Entry("livelivelvA", "On air", live=True),
    Entry("namedlikexA", "[Private video]", seconds=3700),
    Entry("lengthlessA", "A <b>song</b> &\tmore\u202e", seconds=None),
    *numbered(1),
)
LISTED = (
    ListedVideo(video_id="list000000A", title="Song 0", seconds=200),
    ListedVideo(video_id="list000001A", title="Song 1", seconds=200),
    ListedVideo(video_id="privateprvA", title="[Private video]", reason=Reason.PRIVATE),
    ListedVideo(video_id="deletedxxxA", title="[Deleted video]", reason=Reason.REMOVED),
    ListedVideo(video_id="livelivelvA", title="On air", reason=Reason.LIVE),
    ListedVideo(video_id="namedlikexA", title="[Private video]", seconds=3700),
    ListedVideo(video_id="lengthlessA", title="A <b>song</b> & more"),
)


async def ask(playlist_id: str) -> Listing:
    task = ListingTask(playlist_id=playlist_id)
    return await run_child("worker.sources.youtube.listing", task, Listing, lambda step: None, deadline=60)


async def ask_all(playlist_ids: Iterable[str], *, impatient: bool = False) -> list[Listing | Reason]:
    """The listings of several playlists, or their reasons."""
    tasks = tuple(ListingTask(playlist_id=playlist_id) for playlist_id in playlist_ids)
    batch = Batch(listing=tasks, impatient=impatient)
    outcomes = await run_child("tests.peers.batch", batch, Outcomes, lambda step: None, deadline=200)
    return [
        outcome.failure.reason if outcome.failure else Listing.model_validate_json(outcome.result or "")
        for outcome in outcomes.events
    ]


def requests_for(site: YouTubeStandIn, playlist_id: str) -> int:
    return len([asked for asked in site.requests if asked.video_id == playlist_id])


async def test_the_videos_of_a_list(site: YouTubeStandIn) -> None:
    rows = site.add_playlist(Playlist("PLrowsrowsrows", SONGS, title="Songs\nto  practise"))
    expected = Listing(playlist_id=rows.playlist_id, title="Songs to practise", entries=LISTED)
    assert await ask(rows.playlist_id) == expected
    assert len(site.requests) == 2, "the page, and once more with what is unavailable"
    assert site.hosts == {"www.youtube.com"}

    lockups = replace(rows, playlist_id="PLlockupslockups", lockups=True)
    empty = Playlist("PLemptyemptyempty")
    full = Playlist("PLexactlytwohundred", numbered(200))
    long = Playlist("PLverylongverylong", numbered(450), lockups=True)
    breaks_off = Playlist("PLbreaksoffbreaks", numbered(150), trouble=ListTrouble.BREAKS_OFF)
    endless = Playlist("PLendlessendless", numbered(100), trouble=ListTrouble.ENDLESS)
    playlists = [site.add_playlist(playlist) for playlist in (lockups, empty, full, long, breaks_off, endless)]
    met = await ask_all(playlist.playlist_id for playlist in playlists)
    assert met[0] == expected.model_copy(update={"playlist_id": lockups.playlist_id})
    assert met[1] == Listing(playlist_id=empty.playlist_id, title="Songs to practise")
    seen = [(len(found.entries), found.cut) for found in met[2:] if isinstance(found, Listing)]
    assert seen == [(200, False), (200, True), (100, True), (100, True)]
    assert requests_for(site, full.playlist_id) == 3
    assert all(requests_for(site, playlist.playlist_id) <= 8 for playlist in (long, breaks_off, endless))


async def test_a_failed_listing_has_a_reason(site: YouTubeStandIn) -> None:
    troubles = {
        ListTrouble.PRIVATE: Reason.PRIVATE,
        ListTrouble.FORBIDDEN: Reason.YOUTUBE_REFUSED,
        ListTrouble.HTML: Reason.YOUTUBE_REFUSED,
        ListTrouble.SILENT: Reason.STALLED,
    }
    playlists = [
        site.add_playlist(Playlist(f"PLtroubletrouble{number}", numbered(3), trouble=trouble))
        for number, trouble in enumerate(troubles)
    ]
    ids = [*(playlist.playlist_id for playlist in playlists), "PLneverwasthere"]
    assert await ask_all(ids, impatient=True) == [*troubles.values(), Reason.REMOVED]
    assert all(requests_for(site, playlist_id) <= 5 for playlist_id in ids)


async def test_no_network(site: YouTubeStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port has no server
    with pytest.raises(Failed) as caught:
        await ask("PLBB231211A4F62143")
    assert caught.value.failure.reason is Reason.NETWORK
