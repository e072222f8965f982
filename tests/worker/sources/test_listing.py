"""Listing playlists through the real child, in both of the layouts that YouTube serves."""

import asyncio
from dataclasses import replace

import pytest

from jobs.failures import Failed, Reason
from jobs.youtube import ListedVideo, Listing
from tests.peers.playlists import Entry, ListTrouble, Playlist, numbered
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.downloads import AT_ONCE
from worker.child import run_child
from worker.tasks import ListingTask

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


async def ask(playlist_id: str, module: str = "worker.sources.listing") -> Listing:
    return await run_child(module, ListingTask(playlist_id=playlist_id), Listing, lambda step: None, deadline=60)


async def ask_all(
    site: YouTubeStandIn, playlists: list[Playlist], module: str = "worker.sources.listing"
) -> list[Listing | Reason]:
    """What comes of several playlists, each asked for by a child of its own."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def meet(playlist: Playlist) -> Listing | Reason:
        site.add_playlist(playlist)
        async with turns:
            try:
                return await ask(playlist.playlist_id, module)
            except Failed as failed:
                return failed.failure.reason

    async with asyncio.TaskGroup() as group:
        meeting = [group.create_task(meet(playlist)) for playlist in playlists]
    return [task.result() for task in meeting]


def requests_for(site: YouTubeStandIn, playlist_id: str) -> int:
    return len([asked for asked in site.requests if asked.video_id == playlist_id])


async def test_what_is_in_a_list(site: YouTubeStandIn) -> None:
    rows = Playlist("PLrowsrowsrows", SONGS, title="Songs\nto  practise")
    lockups = replace(rows, playlist_id="PLlockupslockups", lockups=True)
    empty = Playlist("PLemptyemptyempty")
    full = Playlist("PLexactlytwohundred", numbered(200))
    met = await ask_all(site, [rows, lockups, empty, full])
    expected = Listing(playlist_id=rows.playlist_id, title="Songs to practise", entries=LISTED, total=len(SONGS))
    assert met[0] == expected
    assert met[1] == expected.model_copy(update={"playlist_id": lockups.playlist_id})
    assert met[2] == Listing(playlist_id=empty.playlist_id, title="Songs to practise", total=0)
    assert isinstance(met[3], Listing)
    assert (len(met[3].entries), met[3].cut, met[3].total) == (200, False, 200)
    # The page, once more with what is unavailable, and the second hundred.
    assert [requests_for(site, playlist.playlist_id) for playlist in (rows, lockups, empty, full)] == [2, 2, 2, 3]
    assert site.hosts == {"www.youtube.com"}


async def test_long_lists_are_cut(site: YouTubeStandIn) -> None:
    long = Playlist("PLverylongverylong", numbered(450), lockups=True)
    breaks_off = Playlist("PLbreaksoffbreaks", numbered(150), trouble=ListTrouble.BREAKS_OFF)
    endless = Playlist("PLendlessendless", numbered(100), trouble=ListTrouble.ENDLESS)
    met = await ask_all(site, [long, breaks_off, endless])
    assert all(isinstance(found, Listing) for found in met)
    seen = [(len(found.entries), found.cut) for found in met if isinstance(found, Listing)]
    assert seen == [(200, True), (100, True), (100, True)]
    assert all(requests_for(site, found.playlist_id) <= 8 for found in (long, breaks_off, endless))


async def test_what_cannot_be_listed_says_why(site: YouTubeStandIn) -> None:
    troubles = {
        ListTrouble.PRIVATE: Reason.PRIVATE,
        ListTrouble.FORBIDDEN: Reason.YOUTUBE_REFUSED,
        ListTrouble.HTML: Reason.YOUTUBE_REFUSED,
    }
    playlists = [
        Playlist(f"PLtroubletrouble{number}", numbered(3), trouble=trouble) for number, trouble in enumerate(troubles)
    ]
    assert await ask_all(site, playlists) == list(troubles.values())
    assert len(site.requests) < 20
    with pytest.raises(Failed) as caught:
        await ask("PLneverwasthere")
    assert caught.value.failure.reason is Reason.REMOVED


async def test_silence_ends(site: YouTubeStandIn) -> None:
    silent = site.add_playlist(Playlist("PLsilentsilent", numbered(3), trouble=ListTrouble.SILENT))
    assert await ask_all(site, [silent], "tests.peers.impatient_listing") == [Reason.STALLED]


async def test_no_network(site: YouTubeStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens on the discard port
    with pytest.raises(Failed) as caught:
        await ask("PLBB231211A4F62143")
    assert caught.value.failure.reason is Reason.NETWORK
