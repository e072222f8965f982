"""Refuses, at the start of a process, a Redis server that cannot hold the queue."""

import logging
from collections.abc import Mapping
from typing import Final

from redis.exceptions import RedisError, ResponseError

from jobs.queue.connection import Redis
from jobs.settings import SettingsError

log = logging.getLogger(__name__)

CLUSTERED: Final = (
    "The Redis of FLBT_REDIS_URL runs in cluster mode, where a step of the queue cannot change several keys. Use a "
    "server with cluster mode disabled."
)
EVICTING: Final = (
    "The Redis of FLBT_REDIS_URL removes keys when its memory is full (maxmemory-policy {policy}), and requests would "
    "be lost. Set its maxmemory-policy to noeviction."
)


async def refuse_unsuitable(redis: Redis) -> None:
    """Raises `SettingsError` with a sentence for a server in cluster mode, and for one that evicts keys.

    A server that may not be asked (no `+info`) is accepted. Raises `RedisError` and `OSError` when none answers.
    """
    try:
        facts = await redis.info()
    except ResponseError as error:  # its subclass for permissions, too
        log.warning("the queue's server is not checked for cluster mode and eviction: %s", error)
        return
    if sentence := why_unsuitable(facts):
        raise SettingsError(sentence)


async def refuse_unsuitable_if_reachable(redis: Redis) -> None:
    """As `refuse_unsuitable`, for processes that wait for a server that is away."""
    try:
        await refuse_unsuitable(redis)
    except (RedisError, OSError) as error:
        log.debug("the queue's server is not checked: %s", error)  # its first use says so as a warning


def why_unsuitable(facts: Mapping[str, object]) -> str:
    """A sentence about a server that is in cluster mode or evicts keys; '' for any other. `facts`: its INFO.

    A server without `maxmemory` never evicts. Servers that leave facts out are accepted.
    """
    if facts.get("cluster_enabled") == 1:
        return CLUSTERED
    policy = facts.get("maxmemory_policy", "noeviction")
    if facts.get("maxmemory", 0) and policy != "noeviction":
        return EVICTING.format(policy=policy)
    return ""
