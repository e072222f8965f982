"""Titles and lengths of queued songs: the real child, the stand-in for YouTube, the real queue."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.models import YouTube
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.results import Called
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.conftest import shared_site, site
from tests.worker.track_fixture import ask as request_for
from tests.worker.track_fixture import worker_process
from worker.abilities import Abilities
from worker.analysis.later import Analyses
from worker.studio import Studio
from worker.titles import ask

__all__ = ["shared_site", "site"]

IDS = ["dQw4w9WgXcQ", "jNQXAC9IVRw", "aaaaaaaaaaA", "aaaaaaaaabA"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path)


def studio_of(queue: JobQueue, store: FolderStore, settings: Settings) -> Studio:
    redis = queue.redis
    return Studio(
        TrackQueue(redis, "worker-1"),
        Catalogue(redis, store),
        settings,
        Analyses(settings),
        Abilities(settings, redis),
    )


async def test_each_queued_song_is_looked_up_once_and_the_first_never(
    site: YouTubeStandIn, queue: JobQueue, store: FolderStore, settings: Settings
) -> None:
    studio = studio_of(queue, store, settings)
    site.add(Video(IDS[1], title="Some Band - A <b>Song</b> (Official Video)", seconds=214.4))
    site.add(Video(IDS[3], title="Another", author="Elis - Topic", seconds=3725))
    requests = [request_for(YouTube(video_id=video_id)) for video_id in IDS]
    for request in requests:
        await queue.submit(request)
    before = len(site.requests)
    for _ in range(2):
        await ask(studio)
    views = await queue.views([request.id for request in requests])
    assert [view.called for view in views] == [
        None,
        Called(title="A <b>Song</b>", artist="Some Band", seconds=214),
        None,  # there is no such video; its request fails at its turn
        Called(title="Another", artist="Elis", seconds=3725),
    ]
    assert [(asked.host, asked.path, asked.video_id) for asked in site.requests[before:]] == [
        *[("www.youtube.com", "/oembed", "")] * 3,
        ("www.youtube.com", "/watch", IDS[1]),
        ("www.youtube.com", "/watch", IDS[3]),
    ]


async def test_a_long_queue_is_looked_up_in_several_parts_each_song_once(
    site: YouTubeStandIn, queue: JobQueue, store: FolderStore, settings: Settings
) -> None:
    studio = studio_of(queue, store, settings)
    videos = [site.add(Video(f"line{number:06}A", title=f"Song {number}", seconds=number)) for number in range(1, 16)]
    requests = [request_for(YouTube(video_id=video.video_id)) for video in videos]
    for request in requests:
        await queue.submit(request)
    await ask(studio)
    views = await queue.views([request.id for request in requests])
    assert [view.called.seconds for view in views[1:] if view.called] == list(range(2, 16))
    assert [asked.path for asked in site.requests].count("/watch") == 14


async def test_without_a_network_songs_wait_without_names(
    queue: JobQueue, store: FolderStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = settings.model_copy(update={"youtube_proxy": SecretStr("http://127.0.0.1:9")})
    studio = studio_of(queue, store, nowhere)
    requests = [request_for(YouTube(video_id=video_id)) for video_id in IDS]
    for request in requests:
        await queue.submit(request)
    await ask(studio)
    assert [view.called for view in await queue.views([request.id for request in requests])] == [None] * 4


async def test_a_worker_looks_up_titles_while_it_works(
    site: YouTubeStandIn, queue: JobQueue, store: FolderStore, settings: Settings, valkey_server: SecretStr
) -> None:
    requests = [request_for(YouTube(video_id=video_id), who=video_id) for video_id in IDS]
    site.add(Video(IDS[3], title="Some Band - The Last", seconds=61))
    for request in requests:
        await queue.submit(request)
    async with worker_process(settings.model_copy(update={"store": store.root.as_uri()}), valkey_server):
        async with asyncio.timeout(60):
            while (view := await queue.view(requests[3].id)) is None or view.called is None:
                await asyncio.sleep(0.05)
    assert view.called == Called(title="The Last", artist="Some Band", seconds=61)
