"""One provider after another, through the real children, with their standing in a real Valkey."""

import logging
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Failure, Reason
from jobs.models import Upload, YouTube
from jobs.queue.providers import keep_standing, standings, told, untold
from jobs.queue.requests import JobQueue
from jobs.results import Tags
from jobs.settings import Settings
from jobs.youtube import Provider, Standing
from tests.peers.videos import Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.conftest import shared_site, site
from tests.worker.sources.youtube.downloads import ID, assert_is_song
from tests.worker.sources.youtube.test_ytdlp import cookies
from worker.child.tasks import Fetched, FetchTask
from worker.sources import fetching
from worker.sources.fetching import fetch
from worker.sources.youtube.providers import PATIENCE, REST

__all__ = ["cookies", "shared_site", "site"]

FIRST, SECOND = Provider


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data=tmp_path)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "download"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("named", ["inbox", "output/audio.m4a"])
def test_given_and_made_files_are_accepted(tmp_path: Path, named: str) -> None:
    fetched, task = _handed(tmp_path, tmp_path / named, tmp_path / "output" / "cover.jpg")
    fetching.check(fetched, task)
    assert fetched.audio.is_file()


@pytest.mark.parametrize(
    ("audio", "cover"),
    [
        ("secret", None), ("output/../secret", None), ("output/..", None), ("output/link", None), ("output", None),
        ("output/folder/audio.m4a", None), ("inbox", "secret"), ("inbox", "inbox"), ("inbox", "output/link"),
    ],
)  # fmt: skip
def test_other_paths_are_refused(tmp_path: Path, audio: str, cover: str | None) -> None:
    """A child that was taken over would otherwise have any file of the worker sent to a chat."""
    with pytest.raises(Failed, match="is not in") as refused:
        fetching.check(*_handed(tmp_path, tmp_path / audio, tmp_path / cover if cover else None))
    assert refused.value.failure.reason is Reason.INTERNAL


def _handed(place: Path, audio: Path, cover: Path | None) -> tuple[Fetched, FetchTask]:
    """A child's result and task, with `place/output` as its folder, and files that it could name."""
    output = place / "output"
    (output / "folder").mkdir(parents=True)
    for path in (
        place / "secret",
        place / "inbox",
        output / "audio.m4a",
        output / "cover.jpg",
        output / "folder" / "x",
    ):
        path.touch()
    (output / "folder" / "audio.m4a").touch()
    (output / "link").symlink_to(place / "secret")
    task = FetchTask(source=Upload(upload_id="x"), output=output, inbox=place / "inbox", max_seconds=9)
    return Fetched(audio=audio, cover=cover, tags=Tags(title="x")), task


async def bring(queue: JobQueue, settings: Settings, into: Path) -> Fetched:
    return await fetch(YouTube(video_id=ID), into, lambda step: None, settings=settings, inbox=None, redis=queue.redis)


async def fails(queue: JobQueue, settings: Settings, into: Path) -> Failure:
    with pytest.raises(Failed) as caught:
        await bring(queue, settings, into)
    assert [path for path in into.rglob("*") if path.is_file()] == []
    return caught.value.failure


def asked(site: YouTubeStandIn) -> list[str]:
    """The providers that sent requests, in order: yt-dlp opens the page first, pytubefix gets a visitor id first."""
    signs = {("/watch", ""): SECOND, ("/youtubei/v1/player", "WEB"): FIRST}
    return [signs[each.path, each.client] for each in site.requests if (each.path, each.client) in signs]


async def test_the_second_provider_delivers_where_the_first_is_refused(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, into: Path
) -> None:
    site.add(Video(ID, trouble=Trouble.STRANGERS_REFUSED))
    fetched = await bring(queue, settings, into)
    assert_is_song(fetched, 3.0)
    assert fetched.audio == into / "yt-dlp" / "audio.m4a"
    assert asked(site) == [FIRST, SECOND]
    standing = await standings(queue.redis)
    assert (standing[FIRST].failures, standing[FIRST].reason) == (1, Reason.YOUTUBE_REFUSED)
    assert standing[SECOND] == Standing(provider=SECOND)
    assert await untold(queue.redis) == [], "once is no news"


async def test_a_refusal_by_both_contains_no_secret(
    site: YouTubeStandIn,
    queue: JobQueue,
    settings: Settings,
    into: Path,
    cookies: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    site.add(Video(ID, trouble=Trouble.PLAYER_429))
    proxy = SecretStr(f"http://someone:s3cret@{site.address}")
    failure = await fails(queue, settings.model_copy(update={"youtube_proxy": proxy, "youtube_cookies": cookies}), into)
    assert failure.reason is Reason.YOUTUBE_REFUSED
    assert failure.detail.startswith("pytubefix: HTTP 429")
    assert "yt-dlp: signed in: HTTP 429" in failure.detail
    assert len(site.requests) < 20
    assert any("login-s3cret" in each.cookies for each in site.requests)
    assert "HTTP 429" in caplog.text
    assert "s3cret" not in f"{caplog.text} {failure} {await standings(queue.redis)}"


async def test_a_reason_against_the_video_ends_the_attempts(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, into: Path
) -> None:
    site.add(Video(ID, playability=unplayable("LOGIN_REQUIRED", "Private video")))
    assert (await fails(queue, settings, into)).reason is Reason.PRIVATE
    assert asked(site) == [FIRST]
    assert (await standings(queue.redis))[FIRST] == Standing(provider=FIRST)


async def test_a_refused_provider_rests_is_tried_again_and_is_told_to_the_owner(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, into: Path, tmp_path: Path
) -> None:
    redis = queue.redis
    video = site.add(Video(ID, trouble=Trouble.STRANGERS_REFUSED))
    await keep_standing(redis, Standing(provider=FIRST, failures=PATIENCE - 1, reason=Reason.YOUTUBE_REFUSED))
    before = time.time()
    await bring(queue, settings, into)
    down = (await standings(redis))[FIRST]
    assert not down.up
    assert down.since == pytest.approx(before, abs=60)
    assert down.rests_until == down.since + REST
    assert await untold(redis) == [down]
    await told(redis, down)

    site.requests.clear()
    second = tmp_path / "second"
    second.mkdir()
    assert_is_song(await bring(queue, settings, second), 3.0)
    assert asked(site) == [SECOND], "the first rests"

    site.requests.clear()
    site.add(replace(video, trouble=None))
    await keep_standing(redis, down.model_copy(update={"rests_until": before}))
    third = tmp_path / "third"
    third.mkdir()
    assert_is_song(await bring(queue, settings, third), 3.0)
    assert asked(site) == [FIRST]
    back = (await standings(redis))[FIRST]
    assert back.up
    assert await untold(redis) == [back]


async def test_all_attempts_share_one_deadline(
    site: YouTubeStandIn, queue: JobQueue, settings: Settings, into: Path
) -> None:
    failure = await fails(queue, settings.model_copy(update={"fetch_timeout": 0.05}), into)
    assert failure.reason is Reason.TIMED_OUT
    assert site.requests == []
