"""The stand-in for YouTube, in the environment of every child that a test starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.pages import PLAYER_SCRIPT
from tests.peers.youtube import YouTubeStandIn


@pytest.fixture(scope="package")
def shared_site() -> Iterator[YouTubeStandIn]:
    with YouTubeStandIn() as site:
        yield site


@pytest.fixture
def site(shared_site: YouTubeStandIn, monkeypatch: pytest.MonkeyPatch) -> YouTubeStandIn:
    """The stand-in, without recorded requests, in this test's environment."""
    shared_site.requests.clear()
    shared_site.refused_hosts.clear()
    shared_site.credentials.clear()
    shared_site.player_script = PLAYER_SCRIPT
    for name, value in shared_site.environment.items():
        monkeypatch.setenv(name, value)
    return shared_site


@pytest.fixture
def output(tmp_path: Path) -> Path:
    folder = tmp_path / "output"
    folder.mkdir()
    return folder
