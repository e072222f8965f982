"""Standings of providers in a real Valkey; the owner is told of a change once."""

from jobs.failures import Reason
from jobs.queue.providers import keep_standing, standings, told, untold
from jobs.queue.requests import JobQueue
from jobs.youtube import Provider, Standing

DOWN = Standing(
    provider=Provider.YTDLP, up=False, since=5.0, failures=3, reason=Reason.YOUTUBE_REFUSED, rests_until=605.0
)
BACK = Standing(provider=Provider.YTDLP, since=700.0)


async def test_an_unknown_provider_is_up(queue: JobQueue) -> None:
    assert await standings(queue.redis) == {provider: Standing(provider=provider) for provider in Provider}
    assert await untold(queue.redis) == []


async def test_the_owner_is_told_once_when_a_provider_goes_down_and_once_when_it_is_up(queue: JobQueue) -> None:
    redis = queue.redis
    await keep_standing(redis, DOWN)
    assert (await standings(redis))[Provider.YTDLP] == DOWN
    assert await untold(redis) == [DOWN]
    assert await untold(redis) == [DOWN], "until the message has arrived"
    await told(redis, DOWN)
    assert await untold(redis) == []

    await keep_standing(redis, DOWN.model_copy(update={"failures": 9, "rests_until": 1205.0}))
    assert await untold(redis) == [], "still down is no news"

    await keep_standing(redis, BACK)
    assert await untold(redis) == [BACK]
    await told(redis, BACK)
    assert await untold(redis) == []


async def test_a_passed_failure_is_not_told(queue: JobQueue) -> None:
    await keep_standing(queue.redis, DOWN)
    await keep_standing(queue.redis, BACK)
    assert await untold(queue.redis) == []
