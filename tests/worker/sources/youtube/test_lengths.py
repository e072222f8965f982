"""Lengths of videos from their pages, in the real child, for any page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.peers.pages import SORRY, page
from tests.peers.videos import NOT_A_BOT, Trouble, Video, player_answer
from tests.peers.youtube import YouTubeStandIn
from worker.child.parent_side import run_child
from worker.child.tasks import Titles, TitlesTask
from worker.sources.youtube.lengths import length_in

ID = "dQw4w9WgXcQ"
OTHER = "jNQXAC9IVRw"
TRAP = Video(ID, title='"lengthSeconds":"9" <meta itemprop="duration" content="PT9S">', seconds=214)


def tag(content: str) -> bytes:
    return b'<meta itemprop="duration" content="%s">' % content.encode()


def details(seconds: str, video_id: str = ID) -> bytes:
    return b'"videoDetails":{"videoId":"%s","title":"{}","lengthSeconds":"%s"' % (video_id.encode(), seconds.encode())


TABLE = [
    (tag("PT3M34S"), 214),
    (tag("PT214S"), 214),
    (tag("PT75M10S"), 4510),
    (tag("PT1H2M3S"), 3723),
    (tag("P1DT1H"), 90000),
    (b"<meta itemprop='duration' content='PT4M0S'>", 240),
    (details("214"), 214),
    (details("214") + tag("PT3M33S"), 214),
    (details("0") + tag("PT3M33S"), 213),
    (details("215", OTHER), None),
    (details("215", OTHER) + details("214"), 214),
    (details("0"), None),
    (tag("P0D"), None),
    (tag("PT0M0S"), None),
    (tag("PT"), None),
    (tag("P3Y"), None),
    (tag("3:34"), None),
    (tag("PT99999999S"), None),
    (tag("PT-3S"), None),
    (details("214")[:-1], None),
    (b'"lengthSeconds":"214"', None),
    (SORRY, None),
    (b"", None),
    (page({}, player_answer(TRAP, "", media=False)), 214),
    (page({}, {"playabilityStatus": NOT_A_BOT}), None),
    (page({}, seconds=61), 61),
]


@pytest.mark.parametrize(("content", "seconds"), TABLE)
def test_lengths_in_pages(content: bytes, seconds: float | None) -> None:
    assert length_in(b"<html>" + content + b"</html>", ID) == seconds


SCRAPS = st.sampled_from(
    b'"videoDetails":{"videoId":"|dQw4w9WgXcQ|"lengthSeconds":"|"|9999999|214|<meta itemprop="duration" content="|'
    b"P|T|D|H|M|S|'|>|\x00|\xff".split(b"|")
)


@given(st.one_of(st.binary(), st.lists(SCRAPS).map(b"".join)), st.text(max_size=12))
def test_any_page_gives_a_length_or_none(content: bytes, video_id: str) -> None:
    seconds = length_in(content, video_id)
    assert seconds is None or 0 < seconds < 1e9


@given(st.integers(1, 999_999), st.binary(max_size=3000), st.binary(max_size=3000))
def test_a_length_is_found_wherever_it_stands(seconds: int, before: bytes, after: bytes) -> None:
    hours, rest = divmod(seconds, 3600)
    for said in (details(str(seconds)), tag(f"PT{hours}H{rest // 60}M{rest % 60}S")):
        assert length_in(before + said + after, ID) == seconds


# --- the child -------------------------------------------------------------------------------------------------


async def found(*video_ids: str) -> Titles:
    task = TitlesTask(video_ids=video_ids)
    return await run_child("worker.sources.youtube.titles", task, Titles, lambda step: None, deadline=60)


@pytest.mark.parametrize(
    ("trouble", "goes_on"),
    [
        (Trouble.PAGE_CONSENT, False),
        (Trouble.PAGE_429, False),
        (Trouble.PAGE_SILENT, False),
        (Trouble.PAGE_ROBOT, True),
        (Trouble.PAGE_ENDLESS, True),
    ],
)
async def test_a_page_without_a_length_leaves_the_title(site: YouTubeStandIn, trouble: Trouble, goes_on: bool) -> None:
    site.add(Video(ID, title="One", seconds=100, trouble=trouble))
    site.add(Video(OTHER, title="Two", seconds=200))
    titles = await found(ID, OTHER)
    assert [(one.title, one.seconds) for one in titles.called.values()] == [
        ("One", None),
        ("Two", 200 if goes_on else None),
    ]
    assert [asked.video_id for asked in site.requests if asked.path == "/watch"] == ([ID, OTHER] if goes_on else [ID])
    assert site.refused_hosts == [], "nobody is sent on to another site"


async def test_a_video_without_embedding_has_a_length_and_a_removed_one_nothing(
    site: YouTubeStandIn,
) -> None:
    site.add(Video(ID, seconds=100, trouble=Trouble.CLOSED))
    site.videos.pop(OTHER, None)
    titles = await found(ID, OTHER)
    assert {video_id: (one.title, one.seconds) for video_id, one in titles.called.items()} == {ID: ("", 100)}
    assert [asked.video_id for asked in site.requests if asked.path == "/watch"] == [ID]
