"""The request gate: hosts, counts and pace."""

import itertools
from pathlib import Path
from urllib.request import DataHandler, FileHandler, FTPHandler, Request, build_opener

import pytest

from jobs.failures import Failed, Reason
from tests.peers.videos import Trouble, Video
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.youtube.downloads import fates
from worker.sources.youtube.site import Gate, Pace


def test_the_gate_knows_its_hosts_and_counts() -> None:
    gate = Gate(most=2)
    for host in ("www.youtube.com", "rr1---sn-abc.googlevideo.com"):
        gate.https_request(Request(f"https://{host}/x"))
    with pytest.raises(Failed) as caught:
        gate.https_request(Request("https://www.youtube.com/x"))
    assert caught.value.failure == gate.refused
    for url in ("https://www.google.com/sorry", "https://googlevideo.com.evil.org/x", "https://evilgooglevideo.com/x"):
        with pytest.raises(Failed):
            Gate(9).https_request(Request(url))


@pytest.mark.parametrize("address", ["file://{path}", "ftp://www.youtube.com/x", "data:,x", "http://www.youtube.com/x"])
def test_nothing_but_tls_passes_the_gate(tmp_path: Path, address: str) -> None:
    """With all other handlers of urllib and yt-dlp."""
    path = tmp_path / "secret"
    path.write_text("secret")
    gate = Gate(9)
    for opener in (build_opener(gate), build_opener(FileHandler(), FTPHandler(), DataHandler(), gate)):
        with pytest.raises(Failed, match="without TLS"):
            opener.open(address.format(path=path))
    assert gate.refused
    assert gate.refused.reason is Reason.YOUTUBE_REFUSED


@pytest.mark.parametrize("host", ["x@a.googlevideo.com", "evil.org:1.googlevideo.com", "a.googlevideo.com:8443", "-"])
def test_a_host_is_a_name_and_nothing_else(host: str) -> None:
    with pytest.raises(Failed, match="another host"):
        Gate(9).https_request(Request(f"https://{host}/x"))


async def test_redirects_to_files_and_ftp_are_refused(site: YouTubeStandIn, tmp_path: Path) -> None:
    """A whole download with media on another host."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    places = [f"file://{secret}", "ftp://127.0.0.1/x", "http://127.0.0.1/x"]
    videos = [
        Video(f"redirect{number:02d}A", trouble=Trouble.MEDIA_REDIRECT, redirect=place)
        for number, place in enumerate(places)
    ]
    for fate in await fates(site, tmp_path, videos):
        assert fate.reason is Reason.YOUTUBE_REFUSED


def test_pace_ends_a_slow_download_and_allows_a_pause() -> None:
    seconds = itertools.count(0.0, 10.0)
    pace = Pace(clock=lambda: next(seconds))
    pace.add(0)
    pace.add(1_000_000)
    pace.add(0)  # half a minute is over: fast enough
    pace.add(0)
    with pytest.raises(Failed) as caught:
        for _ in range(3):
            pace.add(100)
    assert caught.value.failure.reason is Reason.STALLED
