"""What a platform has already, beyond the store's life: what was sent of a track for which wish, and its file ids.

First the ids of single files; then what makes a whole delivery of them; then how all is forgotten.
"""

from collections.abc import Iterable, Sequence

from arq.connections import ArqRedis

from jobs.queue import keys, scripts
from jobs.queue.connection import answer, run_script
from jobs.queue.views import text


async def known_files(redis: ArqRedis, platform: str, names: Sequence[str]) -> dict[str, str]:
    """Files the platform has already, of those asked for: our name → its id there."""
    if not names:
        return {}
    found = await answer(redis.hmget(keys.known(platform), list(names)))
    return {name: file_id.decode() for name, file_id in zip(names, found, strict=True) if file_id}


async def remember_files(redis: ArqRedis, platform: str, files: dict[str, str]) -> None:
    """The platform has these files from now on: our name → its id there."""
    if files:
        await answer(redis.hset(keys.known(platform), mapping=dict(files)))


async def remember_sent(redis: ArqRedis, platform: str, track_id: str, wish: str, note: str) -> None:
    """Remember the front end's note of what it sent for `wish`, until nobody has asked for the track in a long time."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.sent(platform, track_id), wish, note)
        pipe.expire(keys.sent(platform, track_id), keys.KEEP_SENT)
        await pipe.execute()


async def sent_before(redis: ArqRedis, platform: str, track_id: str, wish: str) -> str | None:
    """The note of what was sent for `wish`, or None."""
    found = await answer(redis.hget(keys.sent(platform, track_id), wish))
    return found.decode() if isinstance(found, bytes) else found


async def forget_files(redis: ArqRedis, platform: str, names: Iterable[str]) -> None:
    """The platform does not know these files any more."""
    if gone := list(names):
        await answer(redis.hdel(keys.known(platform), *gone))


async def forget_track(redis: ArqRedis, platform: str, track_id: str) -> None:
    """Remember nothing of what was sent of a track."""
    await redis.delete(keys.sent(platform, track_id))
    names = [name.decode() async for name, _ in redis.hscan_iter(keys.known(platform), f"{track_id}/*", 1000)]
    await forget_files(redis, platform, names)


async def hold(redis: ArqRedis, track_id: str, chat: str) -> None:
    """A chat is sent something of a track."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hset(keys.held(track_id), chat, "1")
        pipe.expire(keys.held(track_id), keys.KEEP_SENT)
        await pipe.execute()


async def let_go(redis: ArqRedis, track_id: str, chat: str) -> bool:
    """A chat has a track forgotten. False when no other has it, and nobody waits for it."""
    on = [keys.held(track_id), keys.followers(track_id), keys.track(track_id)]
    return bool(await run_script(redis, scripts.FORGET, on, chat, str(keys.KEEP_SENT)))


async def has_forgotten(redis: ArqRedis, track_id: str, chat: str) -> bool:
    """Whether a chat had a track forgotten that others still have, and was sent nothing of it since."""
    return text(await answer(redis.hget(keys.held(track_id), chat))) == "0"


async def chat_moved(redis: ArqRedis, track_id: str, old: str, new: str) -> None:
    """A chat has another name now."""
    if has := text(await answer(redis.hget(keys.held(track_id), old))):
        await answer(redis.hset(keys.held(track_id), new, has))
        await answer(redis.hdel(keys.held(track_id), old))


async def is_awaited(redis: ArqRedis, track_id: str) -> bool:
    """Whether somebody waits for the track right now."""
    return await answer(redis.scard(keys.followers(track_id))) > 0
