"""Videos whose formats state no size: fetched to their end, by both providers, with the same limits and checks."""

import struct
from pathlib import Path

import pytest

from jobs.failures import Reason
from jobs.youtube import Provider
from tests.peers.tones import song
from tests.peers.videos import Trouble, Video
from tests.peers.youtube import YouTubeStandIn
from tests.worker.sources.youtube.downloads import ID, assert_is_song, fates, fetch
from worker.child.messages import Step

pytestmark = pytest.mark.faults

#: Trouble → its reason, and the most requests to the site by the first provider.
ENDS: dict[Trouble, tuple[Reason | None, int]] = {
    Trouble.SIZE_ASKED: (None, 5),
    Trouble.SIZE_NOWHERE: (None, 6),
    Trouble.SIZE_EMPTY_END: (None, 6),
    Trouble.SIZE_RESET_ONCE: (None, 8),
    Trouble.SIZE_SHORT_ONCE: (None, 8),
    Trouble.SIZE_TOO_LARGE: (Reason.YOUTUBE_REFUSED, 8),
    Trouble.SIZE_TOO_SMALL: (Reason.YOUTUBE_REFUSED, 5),
    Trouble.SIZE_HUGE: (Reason.TOO_LARGE, 3),
    Trouble.SIZE_CUT: (Reason.YOUTUBE_REFUSED, 6),
    Trouble.SIZE_ENDLESS: (Reason.TOO_LARGE, 6),
    Trouble.IN_PIECES: (Reason.YOUTUBE_REFUSED, 2),
}
MORE_BY_YTDLP = 2


@pytest.mark.parametrize("provider", Provider)
async def test_how_streams_without_a_size_end(site: YouTubeStandIn, tmp_path: Path, provider: Provider) -> None:
    videos = [Video(f"unsized{number:03d}A", trouble=trouble, seconds=10) for number, trouble in enumerate(ENDS)]
    met = dict(zip(ENDS, await fates(site, tmp_path, videos, provider, max_seconds=20), strict=True))
    assert {trouble: fate.reason for trouble, fate in met.items()} == {
        trouble: reason for trouble, (reason, _) in ENDS.items()
    }
    more = MORE_BY_YTDLP if provider is Provider.YTDLP else 0
    assert {trouble: fate for trouble, fate in met.items() if fate.requests > ENDS[trouble][1] + more} == {}
    capped = met[Trouble.SIZE_ENDLESS].failure
    assert capped is not None
    assert capped.values["limit_bytes"] == 20 * 64_000 + (1 << 20)
    assert capped.values["bytes"] == capped.values["limit_bytes"] + 1, "not a byte more was taken"


async def test_a_long_stream_comes_in_ranges_until_an_empty_one(site: YouTubeStandIn, output: Path) -> None:
    padding = 10 << 20
    media = song(3.0, "mp4") + struct.pack(">I4s", padding, b"free") + bytes(padding - 8)
    site.add(Video(ID, audio=media, trouble=Trouble.SIZE_NOWHERE))
    steps: list[Step] = []
    fetched = await fetch(output, steps=steps)
    assert fetched.audio.read_bytes() == media
    assert_is_song(fetched, 3.0)
    first, second, third, *more = [asked.query["range"] for asked in site.media_requests if "range" in asked.query]
    assert first.startswith("0-")
    assert int(second.partition("-")[0]) == int(first.partition("-")[2]) + 1
    assert int(third.partition("-")[0]) == len(media)
    assert more == []
    assert all(step.fraction is None or step.fraction <= 1 for step in steps)


async def test_a_cut_that_the_header_does_not_show_is_found_by_counting(site: YouTubeStandIn, tmp_path: Path) -> None:
    """Its index still states the whole length: only decoding shows the true one."""
    (fate,) = await fates(site, tmp_path, [Video(ID, trouble=Trouble.SIZE_CUT, seconds=30)], max_seconds=60)
    assert fate.failure is not None
    assert fate.reason is Reason.YOUTUBE_REFUSED
    assert "s of audio in place of 30.0 s" in fate.failure.detail
