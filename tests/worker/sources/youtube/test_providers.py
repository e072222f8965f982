"""The order of providers, and their standings after attempts: values in, values out."""

import pytest

from jobs.failures import Failure, Reason
from jobs.youtube import Provider, Standing
from worker.child.tasks import MOST_REQUESTS
from worker.sources.youtube.providers import PATIENCE, REST, SECOND_SHARE, SERVICE_SIDE, after, order, shares, together

FIRST, SECOND = Provider
NOW = 1_000_000.0
REFUSED = Failure(reason=Reason.YOUTUBE_REFUSED, detail="HTTP 429")


def standings(**more: Standing) -> dict[Provider, Standing]:
    return {provider: more.get(provider.name, Standing(provider=provider)) for provider in Provider}


def resting(provider: Provider, until: float) -> Standing:
    return Standing(provider=provider, up=False, since=NOW - 60, failures=PATIENCE, rests_until=until)


def test_providers_are_asked_in_order() -> None:
    assert order(standings(), NOW) == (FIRST, SECOND) == (Provider.PYTUBEFIX, Provider.YTDLP)


def test_a_resting_provider_is_left_out_until_its_rest_ends() -> None:
    down = standings(PYTUBEFIX=resting(FIRST, NOW + 1))
    assert order(down, NOW) == (SECOND,)
    assert order(down, NOW + 1) == (FIRST, SECOND)
    assert order(standings(YTDLP=resting(SECOND, NOW + 1)), NOW) == (FIRST,)


def test_one_provider_is_always_asked() -> None:
    both = standings(PYTUBEFIX=resting(FIRST, NOW + 9), YTDLP=resting(SECOND, NOW + 5))
    assert order(both, NOW) == (SECOND,)


@pytest.mark.parametrize("count", [1, 2])
def test_all_requests_for_a_track_are_shared_out(count: int) -> None:
    assert len(shares(count)) == count
    assert sum(shares(count)) == MOST_REQUESTS < 50
    assert shares(count)[-1] >= SECOND_SHARE


def test_three_refusals_in_a_row_and_a_provider_rests() -> None:
    standing = Standing(provider=FIRST)
    for count in range(1, PATIENCE):
        standing = after(standing, REFUSED, NOW + count)
        assert standing.up
        assert standing.failures == count
    standing = after(standing, REFUSED, NOW + 10)
    assert (standing.up, standing.since, standing.reason) == (False, NOW + 10, Reason.YOUTUBE_REFUSED)
    assert standing.rests_until == NOW + 10 + REST

    again = after(standing, REFUSED, NOW + 700)  # tried after its rest: it rests again, and is down since the same time
    assert (again.up, again.since, again.rests_until) == (False, NOW + 10, NOW + 700 + REST)

    back = after(again, None, NOW + 1400)
    assert back == Standing(provider=FIRST, since=NOW + 1400)


def test_a_song_or_a_reason_against_the_video_resets_the_count() -> None:
    troubled = after(after(Standing(provider=FIRST), REFUSED, NOW), REFUSED, NOW)
    for well in (None, Failure(reason=Reason.PRIVATE), Failure(reason=Reason.TOO_LONG), Failure(reason=Reason.LIVE)):
        assert after(troubled, well, NOW) == Standing(provider=FIRST)


@pytest.mark.parametrize("reason", [Reason.NETWORK, Reason.NO_DISK, Reason.OUT_OF_MEMORY, Reason.TIMED_OUT])
def test_reasons_outside_of_the_provider_change_nothing(reason: Reason) -> None:
    for standing in (Standing(provider=FIRST, failures=2), resting(FIRST, NOW)):
        assert after(standing, Failure(reason=reason), NOW) == standing


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (Reason.YOUTUBE_REFUSED, Reason.YOUTUBE_REFUSED, Reason.YOUTUBE_REFUSED),
        (Reason.NETWORK, Reason.YOUTUBE_REFUSED, Reason.YOUTUBE_REFUSED),
        (Reason.YOUTUBE_REFUSED, Reason.NETWORK, Reason.YOUTUBE_REFUSED),
        (Reason.STALLED, Reason.NETWORK, Reason.STALLED),
        (Reason.NETWORK, Reason.NETWORK, Reason.NETWORK),
        (Reason.INTERNAL, Reason.INTERNAL, Reason.INTERNAL),
        (Reason.INTERNAL, Reason.STALLED, Reason.STALLED),
        (Reason.YOUTUBE_REFUSED, Reason.REMOVED, Reason.REMOVED),
        (Reason.STALLED, Reason.TIMED_OUT, Reason.TIMED_OUT),
    ],
)
def test_one_reason_for_a_person(first: Reason, second: Reason, reason: Reason) -> None:
    failures = [(FIRST, Failure(reason=first, detail="one")), (SECOND, Failure(reason=second, detail="two"))]
    failure = together(failures)
    assert failure.reason is reason
    assert failure.detail == ("pytubefix: one; yt-dlp: two" if second in SERVICE_SIDE else "two")


def test_one_failure_is_passed_on_as_it_is() -> None:
    failure = Failure(reason=Reason.TOO_LONG, values={"seconds": 4000, "limit_seconds": 1800})
    assert together([(FIRST, failure)]) == failure
