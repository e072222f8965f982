"""The order of providers for a video, and their standings after attempts. Pure.

A provider that YouTube refused three times in a row, with any videos, rests for ten minutes: the other one is faster
meanwhile, and YouTube gets no futile requests. Then one song tries it again. When both rest, the one whose rest ends
first is asked, so that a song is never refused for the failures of others.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from jobs.failures import Failure, Reason
from jobs.youtube import Provider, Standing
from worker.child.tasks import MOST_REQUESTS

PATIENCE: Final = 3  # failures in a row
REST: Final = 600.0  # seconds
#: The second provider's share of the requests for one track. A song takes it 4 to 8, a set of an hour 14; useless
#: cookies take 5 more.
SECOND_SHARE: Final = 20

#: Reasons against us, not the video: another provider may succeed. Worst first.
SERVICE_SIDE: Final = (Reason.YOUTUBE_REFUSED, Reason.STALLED, Reason.NETWORK, Reason.INTERNAL)
#: Reasons that do not concern the provider: our network, disk, memory, or time.
_NOBODYS_FAULT: Final = frozenset(
    {Reason.NETWORK, Reason.NO_DISK, Reason.OUT_OF_MEMORY, Reason.TIMED_OUT, Reason.INTERRUPTED}
)


def is_service_side(failure: Failure) -> bool:
    return failure.reason in SERVICE_SIDE


def order(standings: Mapping[Provider, Standing], now: float) -> tuple[Provider, ...]:
    """The providers that do not rest, in order; when all rest, the one whose rest ends first."""
    awake = tuple(provider for provider in Provider if standings[provider].up or standings[provider].rests_until <= now)
    return awake or (min(Provider, key=lambda provider: standings[provider].rests_until),)


def shares(count: int) -> tuple[int, ...]:
    """The most requests for one track of each of `count` providers, in their order."""
    return (MOST_REQUESTS - SECOND_SHARE, SECOND_SHARE) if count > 1 else (MOST_REQUESTS,)


def after(standing: Standing, failure: Failure | None, now: float) -> Standing:
    """A provider's standing after an attempt, at `now`; `failure` is None for success."""
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
    """The failure to report when every provider failed: the last one against the video, else the worst."""
    last = failures[-1][1]
    reason = min(
        (failure.reason for _, failure in failures if is_service_side(failure)), key=SERVICE_SIDE.index, default=None
    )
    if reason is None or not is_service_side(last):
        return last
    return Failure(reason=reason, detail="; ".join(f"{name}: {failure.detail}" for name, failure in failures))
