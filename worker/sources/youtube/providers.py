"""Which provider to ask for a video, in which order, and what to conclude from how it went. Pure.

A provider that YouTube refused three times in a row, whatever the video, rests for ten minutes: songs come sooner from
the other one, and YouTube is not asked in vain. Then one song tries it again. There is always one left to ask: when
both rest, it is the one whose rest ends first, so that nobody is refused for what others met.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from jobs.failures import Failure, Reason
from jobs.youtube import Provider, Standing
from worker.child.tasks import MOST_REQUESTS

PATIENCE: Final = 3  # failures in a row
REST: Final = 600.0  # seconds
#: Of the requests for one track, how many the provider asked second may make. A song takes it 4 to 8, an hour's set 14;
#: to find out that cookies are of no use takes 5 more.
SECOND_SHARE: Final = 20

#: About us, not about the video: another provider may do better. Worst first, for a person to hear of.
SERVICE_SIDE: Final = (Reason.YOUTUBE_REFUSED, Reason.STALLED, Reason.NETWORK, Reason.INTERNAL)
#: Says nothing of the provider: our own line or disk, the clock, a file that somebody asked for and nobody can have.
_NOBODYS_FAULT: Final = frozenset(
    {Reason.NETWORK, Reason.NO_DISK, Reason.OUT_OF_MEMORY, Reason.TIMED_OUT, Reason.INTERRUPTED}
)


def is_service_side(failure: Failure) -> bool:
    return failure.reason in SERVICE_SIDE


def order(standings: Mapping[Provider, Standing], now: float) -> tuple[Provider, ...]:
    """Whom to ask, in this order: those that do not rest; when all do, the one whose rest ends first."""
    awake = tuple(provider for provider in Provider if standings[provider].up or standings[provider].rests_until <= now)
    return awake or (min(Provider, key=lambda provider: standings[provider].rests_until),)


def shares(count: int) -> tuple[int, ...]:
    """How many requests each of `count` providers, in their order, may make for one track."""
    return (MOST_REQUESTS - SECOND_SHARE, SECOND_SHARE) if count > 1 else (MOST_REQUESTS,)


def after(standing: Standing, failure: Failure | None, now: float) -> Standing:
    """How a provider stands after an attempt, at `now`, that ended in `failure`, or well."""
    if failure is not None and failure.reason in _NOBODYS_FAULT:
        return standing
    if failure is None or not is_service_side(failure):
        return Standing(provider=standing.provider, since=standing.since if standing.up else now)
    failures = standing.failures + 1
    down = failures >= PATIENCE or not standing.up
    return Standing(
        provider=standing.provider,
        up=not down,
        since=now if down and standing.up else standing.since,
        failures=failures,
        reason=failure.reason,
        rests_until=now + REST if down else 0.0,
    )


def together(failures: Sequence[tuple[Provider, Failure]]) -> Failure:
    """What a person hears when every provider failed: the last word on the video, if there is one, else the worst."""
    last = failures[-1][1]
    reason = min(
        (failure.reason for _, failure in failures if is_service_side(failure)), key=SERVICE_SIDE.index, default=None
    )
    if reason is None or not is_service_side(last):
        return last
    return Failure(reason=reason, detail="; ".join(f"{name}: {failure.detail}" for name, failure in failures))
