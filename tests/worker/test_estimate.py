"""Estimates by a separation's reports: none at first, then segment by segment, two at a time."""

import itertools

import pytest

from jobs.models import Archive, Encoding, Format, Mix, Player, Rendition, Stem
from tests.models import STEMS
from worker.estimate import rendering, rest_of_stage

SEGMENT = 0.2  # seconds of work
MP3 = Rendition(encoding=Encoding(format=Format.MP3))


@pytest.mark.parametrize("segments", [6, 21, 22, 51, 304])
@pytest.mark.parametrize("abreast", [1, 2])
def test_by_half_way_it_is_within_a_fifth(segments: int, abreast: int) -> None:
    """Segments in parallel finish at the same time, and are reported together."""
    done_at = [min((number // abreast + 1) * abreast, segments) * SEGMENT for number in range(segments)]

    for number, at in enumerate(done_at[:-1], 1):
        if number / segments >= 0.5 and at < done_at[number]:  # the last report before a pause, which people read
            left = rest_of_stage(at, 0.0, number / segments)
            assert left == pytest.approx(done_at[-1] - at, rel=0.2, abs=SEGMENT)


def test_too_few_reports_give_no_estimate() -> None:
    assert rest_of_stage(0.0, 0.0, 0.5) is None
    assert rest_of_stage(10.0, 0.5, 0.51) is None


def test_rendering_grows_with_files_and_shrinks_with_cores() -> None:
    one_core = rendering(240, [MP3], STEMS[2], 1)

    assert rendering(240, [MP3], STEMS[2], 2) == pytest.approx(one_core / 2)
    assert rendering(240, [MP3], STEMS[2], 8) == pytest.approx(one_core / 2)
    assert rendering(240, [MP3], STEMS[4], 2) == pytest.approx(one_core)
    assert rendering(None, [MP3], STEMS[2], 1) == 0


def test_a_zip_of_the_album_adds_its_page_alone_and_a_mix_is_one_file() -> None:
    zipped = Rendition(encoding=Encoding(format=Format.MP3), package=Archive())
    mixes = [
        Rendition(content=Mix(stems=(stem,)), encoding=Encoding(format=Format.MP3)) for stem in (Stem.DRUMS, Stem.BASS)
    ]

    page = Rendition(content=Player(), encoding=Encoding(format=Format.MP3, kbps=128))
    with_page = rendering(240, [MP3], STEMS[5], 1) + rendering(240, [page], STEMS[5], 1)
    assert rendering(240, [MP3, zipped], STEMS[5], 1) == with_page
    costs = [rendering(240, wanted, STEMS[4], 1) for wanted in ([], mixes[:1], mixes, [MP3])]
    assert all(less < more for less, more in itertools.pairwise(costs))
