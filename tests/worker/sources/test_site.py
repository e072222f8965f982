"""The way out: hosts, counts and pace."""

import itertools
from urllib.request import Request

import pytest

from jobs.failures import Failed, Reason
from worker.sources.site import Gate, Pace


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
    with pytest.raises(Failed):
        Gate(9).http_request(Request("http://www.youtube.com/x"))


def test_pace_ends_a_trickle_and_forgives_a_pause() -> None:
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
