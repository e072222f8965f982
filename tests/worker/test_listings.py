"""A playlist from the queue and back: the real worker's quick lane, the real child, the stand-in."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.failures import Reason
from jobs.queue.listings import ask_listing, listing
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.youtube import Listing
from tests.peers.playlists import ListTrouble, Playlist, numbered
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.conftest import shared_site, site
from tests.worker.track_fixture import work_off

__all__ = ["shared_site", "site"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path)


async def test_a_listing_comes_back_and_is_not_asked_for_twice(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, valkey_server: SecretStr
) -> None:
    playlist = site.add_playlist(Playlist("PLthroughthequeue", numbered(3)))
    await ask_listing(queue, playlist.playlist_id, "telegram:1")
    await ask_listing(queue, playlist.playlist_id, "telegram:2")
    await work_off(settings, valkey_server)
    found = await listing(queue, playlist.playlist_id)
    assert found is not None
    assert [(video.title, video.seconds) for video in found.entries] == [(f"Song {one}", 200) for one in range(3)]
    asked = len(site.requests)
    assert not await ask_listing(queue, playlist.playlist_id, "telegram:3")
    await work_off(settings, valkey_server)
    assert len(site.requests) == asked


async def test_a_child_cannot_answer_for_another_playlist(
    queue: JobQueue, settings: Settings, valkey_server: SecretStr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that was taken over names another playlist in its answer."""
    asked, other = "PLthroughthequeue", "PLofsomebodyelses"

    async def answered(*_: object, **__: object) -> Listing:
        return Listing(playlist_id=other, title="planted")

    monkeypatch.setattr("worker.asking.run_child", answered)
    await ask_listing(queue, asked)
    await work_off(settings, valkey_server)
    assert await listing(queue, other) is None
    found = await listing(queue, asked)
    assert found is not None
    assert (found.playlist_id, found.title) == (asked, "planted")


@pytest.mark.parametrize("kills", [1, 2])
async def test_a_killed_child_is_started_again_once(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, valkey_server: SecretStr, kills: int
) -> None:
    # Silent at first, so that a child is still at work on any machine.
    playlist = site.add_playlist(Playlist("PLthroughthequeue", numbered(3), trouble=ListTrouble.SILENT))
    await ask_listing(queue, playlist.playlist_id)
    working, killed = asyncio.create_task(work_off(settings, valkey_server)), set[int]()
    async with asyncio.timeout(60):
        while len(killed) < kills:
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if child.pid not in killed and "worker.sources.youtube.listing" in child.cmdline():
                        killed.add(child.pid)
                        if len(killed) == kills:
                            site.add_playlist(replace(playlist, trouble=None))
                        child.kill()
            await asyncio.sleep(0.01)
        await working
    found = await listing(queue, playlist.playlist_id)
    assert found is not None
    assert (found.failure is None) == (kills == 1)
    if found.failure is not None:
        assert found.failure.reason is Reason.INTERRUPTED


async def test_a_failed_listing_comes_back_too(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, valkey_server: SecretStr
) -> None:
    await ask_listing(queue, "PLneverwasthere")
    await work_off(settings, valkey_server)
    found = await listing(queue, "PLneverwasthere")
    assert found is not None
    assert found.failure is not None
    assert found.failure.reason is Reason.REMOVED
    assert found.entries == ()
