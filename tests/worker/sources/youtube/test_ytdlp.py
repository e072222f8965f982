"""The second provider through the real child: songs where the first is refused, and the same reasons."""

import asyncio
import base64
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from jobs.failures import Failed, Reason
from jobs.models import YouTube
from jobs.process.supervise import MISCONFIGURED
from jobs.results import Tags
from jobs.youtube import Provider
from tests.peers.pages import RIDDLE, solved
from tests.peers.tones import picture
from tests.peers.videos import AAC, MEDIA_HOST, OPUS, OPUS_LOW, Trouble, Video, unplayable
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.youtube.downloads import ID, assert_is_song, fates, fetch, refused
from worker.child.messages import Step
from worker.child.tasks import FetchTask
from worker.sources.youtube.cookies import read_cookies

COOKIES = """# Netscape HTTP Cookie File
.youtube.com\tTRUE\t/\tTRUE\t{expires}\tLOGIN_INFO\tlogin-s3cret
.youtube.com\tTRUE\t/\tTRUE\t{expires}\tSAPISID\tsapisid-s3cret
#HttpOnly_.youtube.com\tTRUE\t/\tTRUE\t{expires}\tHSID\thsid-s3cret
.example.com\tTRUE\t/\tTRUE\t{expires}\tOTHER\tother-s3cret
a line that is none, with a s3cret
"""


@pytest.fixture
def cookies(tmp_path: Path) -> Path:
    path = tmp_path / "cookies.txt"
    path.write_text(COOKIES.format(expires=4_000_000_000))
    path.chmod(0o400)
    return path


async def test_ytdlp_fetches_a_song_by_its_page(
    site: YouTubeStandIn, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same files, tags and steps as the first provider's; and nothing is read or written in the user's folders."""
    home = tmp_path / "home"
    plugins = home / ".config" / "yt-dlp" / "plugins" / "mine" / "yt_dlp_plugins" / "extractor"
    plugins.mkdir(parents=True)
    (plugins / "mine.py").write_text("raise SystemExit('a plug-in was run')")
    (home / ".config" / "yt-dlp" / "config").write_text("--proxy http://127.0.0.1:9")
    before = sorted(home.rglob("*"))
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    dub = replace(AAC, language="en", role="dubbed-auto", is_default=True)
    original = replace(AAC, language="de", role="original", is_default=False)
    tracks = (replace(original, drc=True), original, dub, OPUS_LOW)
    site.add(Video(ID, trouble=Trouble.STRANGERS_REFUSED, seconds=4.0, tracks=tracks))
    steps: list[Step] = []

    fetched = await fetch(output, provider=Provider.YTDLP, steps=steps)

    assert fetched.audio == output / "audio.m4a"
    assert fetched.tags == Tags(title="A Song", artist="Some Band")
    assert_is_song(fetched, 4.0)
    assert fetched.cover is not None
    assert fetched.cover.read_bytes() == picture()
    assert sorted(path.name for path in output.iterdir()) == ["audio.m4a", "cover.jpg"]
    known = Step(fraction=0.0, title="A Song", artist="Some Band", seconds=4.0)
    assert steps.index(known) == steps.count(Step()) > 0, "signs of life, then the names, before the first byte"
    assert steps[-1].fraction == 1.0
    # The page, the player as two clients, the song in one, the cover.
    assert [asked.path for asked in site.requests[:2]] == ["/watch", "/youtubei/v1/player"]
    assert [asked.query["xtags"] for asked in site.media_requests] == ["acont=original:lang=de"]
    assert len(site.requests) == 5
    assert site.hosts == {"www.youtube.com", MEDIA_HOST, "i.ytimg.com"}
    assert site.refused_hosts == []
    assert sorted(home.rglob("*")) == before


#: Trouble → its reason, and the most requests to the site.
TROUBLES: dict[Trouble, tuple[Reason | None, int]] = {
    Trouble.PLAYER_429: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.PLAYER_500: (Reason.YOUTUBE_REFUSED, 5),
    Trouble.PLAYER_HTML: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.PLAYER_EMPTY: (Reason.YOUTUBE_REFUSED, 5),
    Trouble.PLAYER_RESET: (Reason.NETWORK, 5),
    Trouble.PLAYER_RESET_ONCE: (None, 6),
    Trouble.CONSENT: (Reason.YOUTUBE_REFUSED, 5),
    Trouble.WRONG_ID: (Reason.YOUTUBE_REFUSED, 4),
    Trouble.SIGN_IN: (Reason.YOUTUBE_REFUSED, 3),
    Trouble.MEDIA_403: (Reason.YOUTUBE_REFUSED, 4),
    Trouble.MEDIA_JUNK: (Reason.YOUTUBE_REFUSED, 5),  # the cover is fetched before the song is decoded
}


async def test_trouble_ends_with_its_reason_and_few_requests(site: YouTubeStandIn, tmp_path: Path) -> None:
    videos = [Video(f"trouble{number:03d}A", trouble=trouble) for number, trouble in enumerate(TROUBLES)]
    met = dict(zip(TROUBLES, await fates(site, tmp_path, videos, Provider.YTDLP), strict=True))
    assert {trouble: fate.reason for trouble, fate in met.items()} == {
        trouble: reason for trouble, (reason, _) in TROUBLES.items()
    }
    assert {trouble: fate for trouble, fate in met.items() if fate.requests > TROUBLES[trouble][1]} == {}
    assert site.refused_hosts == []


async def test_silence_ends(site: YouTubeStandIn, tmp_path: Path) -> None:
    video = Video(ID, trouble=Trouble.PLAYER_SILENT)
    (fate,) = await fates(site, tmp_path, [video], Provider.YTDLP, impatient=True)
    assert fate.reason is Reason.STALLED
    assert fate.requests <= 3


async def test_youtubes_reason_against_the_video_is_the_failure(site: YouTubeStandIn, tmp_path: Path) -> None:
    private = unplayable("LOGIN_REQUIRED", "Private video", "Sign in if you've been granted access")
    premiere = unplayable("LIVE_STREAM_OFFLINE", "Premieres in 3 hours")
    videos = {
        Reason.PRIVATE: Video("saysprivatA", playability=private),
        # With streams that never end.
        Reason.LIVE: Video("sayslivelvA", claims={"isLive": True, "isLiveContent": True, "lengthSeconds": "0"}),
        Reason.UPCOMING: Video("sayspremieA", claims={"isUpcoming": True}, playability=premiere),
        Reason.TOO_LONG: Video("saystoolonA", claims={"lengthSeconds": "4000"}),
        Reason.REMOVED: Video("saysgonegoA", playability=unplayable("ERROR", "Video unavailable")),
    }
    met = await fates(site, tmp_path, videos.values(), Provider.YTDLP)
    assert [fate.reason for fate in met] == list(videos)
    assert site.media_requests == []


async def test_addresses_that_need_the_players_script(site: YouTubeStandIn, output: Path) -> None:
    """In Node, with yt-dlp-ejs, whose version has to match yt-dlp's."""
    site.add(Video(ID, trouble=Trouble.RIDDLES))
    assert_is_song(await fetch(output, provider=Provider.YTDLP), 3.0)
    assert [asked.query["n"] for asked in site.media_requests] == [solved(RIDDLE)]
    assert len(site.requests) < 10


async def test_cookies_get_the_song(site: YouTubeStandIn, output: Path, cookies: Path) -> None:
    site.add(Video(ID, trouble=Trouble.SIGN_IN, tracks=(OPUS_LOW, OPUS)))
    before = cookies.read_bytes()
    fetched = await fetch(output, provider=Provider.YTDLP, cookies=cookies)
    assert_is_song(fetched, 3.0)
    assert fetched.audio.name == "audio.webm"
    sent = {asked.host: asked.cookies for asked in site.requests}
    assert "SAPISID=sapisid-s3cret" in sent["www.youtube.com"]
    assert "HSID=hsid-s3cret" in sent["www.youtube.com"]
    assert "s3cret" not in sent[MEDIA_HOST] + sent["i.ytimg.com"]
    assert not any("other-s3cret" in asked.cookies for asked in site.requests)
    assert cookies.read_bytes() == before
    assert len(site.requests) < 15


async def test_useless_cookies_do_not_fail_the_song(site: YouTubeStandIn, output: Path, tmp_path: Path) -> None:
    site.add(Video(ID))
    useless = tmp_path / "cookies.json"
    useless.write_text('[{"name": "SAPISID", "value": "sapisid-s3cret"}]')
    assert_is_song(await fetch(output, provider=Provider.YTDLP, cookies=useless), 3.0)


def test_only_lines_that_are_cookies_reach_the_library(tmp_path: Path, cookies: Path) -> None:
    """It prints other lines whole."""
    lines = read_cookies(cookies).getvalue().splitlines()
    assert len(lines) == 5
    assert not any("a line" in line for line in lines)
    for content in (b"", b"# Netscape HTTP Cookie File\n", b'{"a": "s3cret"}', b"\xff\xfe"):
        (tmp_path / "none.txt").write_bytes(content)
        with pytest.raises(Failed) as caught:
            read_cookies(tmp_path / "none.txt")
        assert caught.value.failure.reason is Reason.YOUTUBE_REFUSED
        assert "s3cret" not in caught.value.failure.detail
    with pytest.raises(Failed):
        read_cookies(tmp_path / "missing.txt")


def test_useless_cookies_stop_the_start_with_a_sentence(tmp_path: Path) -> None:
    environment = {
        "FLBT_REDIS_URL": "redis://127.0.0.1:9",
        "FLBT_DATA": str(tmp_path),
        "FLBT_YOUTUBE_COOKIES": str(tmp_path / "cookies.txt"),
    }
    (tmp_path / "cookies.txt").write_text("s3cret")
    command = [sys.executable, "-P", "-m", "worker", "run"]
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == MISCONFIGURED
    assert done.stderr == "FLBT_YOUTUBE_COOKIES holds no cookies in Netscape's format. See .env.example.\n"


@pytest.mark.parametrize("provider", Provider)
async def test_a_proxys_password_reaches_only_the_proxy(
    site: YouTubeStandIn, output: Path, monkeypatch: pytest.MonkeyPatch, provider: Provider
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port has no server
    site.add(Video(ID))
    proxy = SecretStr(f"http://someone:pa%24s-s3cret@{site.address}")
    lines: set[str] = set()

    async def watch() -> None:
        """Every command line of our descendants, which `ps` shows to all users."""
        while True:
            for process in psutil.Process().children(recursive=True):
                try:
                    lines.add(" ".join([*process.cmdline(), *process.environ().values()]))
                except psutil.Error:
                    continue
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    fetched = await fetch(output, provider=provider, proxy=proxy)
    watching.cancel()

    assert_is_song(fetched, 3.0)
    assert site.credentials == {"Basic " + base64.b64encode(b"someone:pa$s-s3cret").decode()}
    assert any("worker.sources" in line for line in lines)
    assert not any("s3cret" in line for line in lines)


@pytest.mark.parametrize("provider", Provider)
async def test_an_unreachable_proxy_is_not_named(site: YouTubeStandIn, output: Path, provider: Provider) -> None:
    failure = await refused(output, provider=provider, proxy=SecretStr("http://someone:s3cret@127.0.0.1:9"))
    assert failure.reason is Reason.NETWORK
    assert "s3cret" not in failure.detail


def test_a_task_shows_its_secrets_only_to_the_child(tmp_path: Path) -> None:
    task = FetchTask(
        source=YouTube(video_id=ID), output=tmp_path, max_seconds=60, proxy=SecretStr("http://a:s3cret@host:1")
    )
    assert "s3cret" not in f"{task!r} {task} {task.model_dump()}"
    assert FetchTask.model_validate_json(task.model_dump_json()) == task
