"""A queue behind Sentinel: its address, and another server that takes over."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.cli.doctor import is_readable_on_the_way
from jobs.monitoring.logs import secrets_of
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.sentinels import parse_sentinels
from jobs.settings import Settings
from tests.jobs.requests import OTHER, ask
from tests.peers.sentinel import Group, sentinel_group
from tests.running import PATIENCE


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    with sentinel_group(tmp_path / "group") as running:
        yield running


def test_an_address_names_hosts_a_service_and_secrets() -> None:
    found = parse_sentinels(
        "rediss+sentinel://flbt:se%40cret@one:26380,[::1],two/my%20band/3?sentinel_password=x&ssl_ca_certs=/etc/ca.pem"
    )
    assert found.hosts == (("one", 26380), ("::1", 26379), ("two", 26379))
    assert (found.service, found.database, found.tls) == ("my band", 3, True)
    assert (found.username, found.password) == ("flbt", "se@cret")
    assert found.options == {"sentinel_password": "x", "ssl_ca_certs": "/etc/ca.pem"}
    bare = parse_sentinels("redis+sentinel://one/band")
    assert (bare.hosts, bare.database, bare.username, bare.password, bare.tls) == (
        (("one", 26379),),
        0,
        None,
        None,
        False,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "redis+sentinel://",
        "redis+sentinel://one:26379",
        "redis+sentinel:///band",
        "redis+sentinel://:secret@one:secret,two/band",
        "redis+sentinel://one,/band",
        "redis+sentinel://one/band/first",
        "redis+sentinel://one/band?verify=no",
    ],
)
def test_a_wrong_address_is_refused_with_an_example_and_without_itself(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"must name hosts and a service, as redis\+sentinel://") as refused:
        Settings(_env_file=None, redis_url=SecretStr(wrong))
    assert "secret" not in refused.value.errors(include_input=False)[0]["msg"]


@pytest.mark.parametrize(
    ("address", "readable"),
    [
        ("redis+sentinel://queue.lan,redis.example.com/band", True),
        ("rediss+sentinel://redis.example.com/band", False),
        ("redis+sentinel://queue.lan,10.0.0.1:26379/band", False),
    ],
)
def test_doctor_knows_whether_others_can_read(address: str, readable: bool) -> None:
    assert is_readable_on_the_way(SecretStr(address)) is readable


def test_both_passwords_are_kept_out_of_logs() -> None:
    address = "redis+sentinel://:the%20queues@one,[::1],two/band?sentinel_password=the-sentinels"
    found = secrets_of(Settings(_env_file=None, redis_url=SecretStr(address)))
    assert found == {"the%20queues", "the queues", "the-sentinels"}


@pytest.mark.faults
async def test_another_server_takes_over_and_requests_go_on(group: Group) -> None:
    """Commands wait for it; a track in work stays with its worker."""
    queue = JobQueue.at(SecretStr(group.url))
    track_queue = TrackQueue(queue.redis, "worker-1")
    before, after = ask("ana"), ask("bo", OTHER)
    async with asyncio.timeout(PATIENCE):  # the Sentinel finds the copy by itself
        while not (await queue.redis.info("replication"))["connected_slaves"]:
            await asyncio.sleep(0.1)
        await queue.submit(before)
        assert await track_queue.begin(before.track_id) is not None
        await queue.redis.wait(1, 10_000)
        sentinel = queue.redis.connection_pool.sentinel_manager.sentinels[0]  # type: ignore[attr-defined]
        while not await sentinel.sentinel_slaves("band"):
            await asyncio.sleep(0.1)
    group.primary.kill()
    group.primary.wait()
    async with asyncio.timeout(PATIENCE):
        await queue.submit(after)
        await track_queue.beat()
        assert await track_queue.ready(before.track_id, await track_queue.wanted(before.track_id))
        assert await track_queue.begin(after.track_id) is not None
    assert queue.redis.connection_pool.master_address[1] != group.primary_port  # type: ignore[attr-defined]
    assert await queue.phase(before.id) is RequestPhase.READY
    await queue.close()
