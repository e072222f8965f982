"""Files on a platform, which outlive the store: deliveries of tracks by order, and file ids.

First the ids of single files; then whole deliveries; then removal.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from jobs.queue import keys, scripts
from jobs.queue.connection import Redis, answer, run_script
from jobs.queue.views import text


class SentFiles:
    """The sent files of one platform, and the chats that hold a track's files."""

    def __init__(self, redis: Redis, platform: str) -> None:
        self._redis = redis
        self._platform = platform

    async def known(self, names: Sequence[str]) -> dict[str, str]:
        """The ids on the platform of those files that it has: our name → its id there."""
        found = await self._read(names)
        # Versions up to 0.1.0 kept all of a platform in one hash. What is used of it is kept on.
        older = [name for name in names if name not in found]
        noted = await answer(self._redis.hmget(keys.known(self._platform), older)) if older else []
        carried = {name: text(file_id) for name, file_id in zip(older, noted, strict=True) if file_id}
        await self.remember(carried)
        return {name: file_id for name in names if (file_id := found.get(name) or carried.get(name))}

    async def _read(self, names: Sequence[str]) -> dict[str, str]:
        wanted = _by_track(names)
        if not wanted:
            return {}
        async with self._redis.pipeline(transaction=False) as pipe:
            for track_id, of_track in wanted.items():
                pipe.hmget(keys.files(self._platform, track_id), of_track)
            noted = chain.from_iterable(await pipe.execute())
        found = zip(chain.from_iterable(wanted.values()), noted, strict=True)
        return {name: text(file_id) for name, file_id in found if file_id}

    async def remember(self, files: Mapping[str, str]) -> None:
        """Stores ids of files on the platform: our name → its id there. Those of a track expire together."""
        if not files:
            return
        async with self._redis.pipeline(transaction=True) as pipe:
            for track_id, names in _by_track(files).items():
                pipe.hset(keys.files(self._platform, track_id), mapping={name: files[name] for name in names})
                pipe.expire(keys.files(self._platform, track_id), keys.KEEP_SENT)
            pipe.ttl(keys.known(self._platform))
            *_, expires = await pipe.execute()
        if expires == -1:  # it is there, and never expires
            await self._redis.expire(keys.known(self._platform), keys.KEEP_SENT)

    async def keep_delivery(self, track_id: str, order: str, note: str) -> None:
        """Stores the front end's note of its delivery for `order`. It expires unless a request renews it."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.sent(self._platform, track_id), order, note)
            pipe.expire(keys.sent(self._platform, track_id), keys.KEEP_SENT)
            pipe.expire(keys.files(self._platform, track_id), keys.KEEP_SENT)
            await pipe.execute()

    async def delivery(self, track_id: str, order: str) -> str | None:
        """The note of the delivery for `order`, or None."""
        found = await answer(self._redis.hget(keys.sent(self._platform, track_id), order))
        return found.decode() if isinstance(found, bytes) else found

    async def forget(self, names: Iterable[str]) -> None:
        """Removes ids of files that the platform no longer accepts."""
        if gone := list(names):
            async with self._redis.pipeline(transaction=True) as pipe:
                for track_id, of_track in _by_track(gone).items():
                    pipe.hdel(keys.files(self._platform, track_id), *of_track)
                pipe.hdel(keys.known(self._platform), *gone)
                await pipe.execute()

    async def forget_track(self, track_id: str) -> None:
        """Removes all deliveries and file ids of a track, and which chats have its picture."""
        await self._redis.delete(
            keys.sent(self._platform, track_id), keys.files(self._platform, track_id), keys.pictured(track_id)
        )
        older = keys.known(self._platform)
        await self.forget([name.decode() async for name, _ in self._redis.hscan_iter(older, f"{track_id}/*", 1000)])

    async def hold(self, track_id: str, chat: str) -> None:
        """Notes that a chat gets files of a track."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(keys.held(track_id), chat, "1")
            pipe.expire(keys.held(track_id), keys.KEEP_SENT)
            await pipe.execute()

    async def keep_picture(self, track_id: str, chat: str) -> None:
        """Notes that a card of a chat shows the picture of a track."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.sadd(keys.pictured(track_id), chat)
            pipe.expire(keys.pictured(track_id), keys.KEEP_SENT)
            await pipe.execute()

    async def has_picture(self, track_id: str, chat: str) -> bool:
        """Whether a card of a chat shows the picture of a track."""
        return bool(await answer(self._redis.sismember(keys.pictured(track_id), chat)))

    async def let_go(self, track_id: str, chat: str) -> bool:
        """Notes that a chat forgets a track. False when no other chat holds it, and no request waits for it."""
        await answer(self._redis.srem(keys.pictured(track_id), chat))
        on = [keys.held(track_id), keys.followers(track_id), keys.track(track_id)]
        return bool(await run_script(self._redis, scripts.FORGET, on, chat, str(keys.KEEP_SENT)))

    async def has_forgotten(self, track_id: str, chat: str) -> bool:
        """Whether a chat forgot a track that other chats hold, and got no files of it since."""
        return text(await answer(self._redis.hget(keys.held(track_id), chat))) == "0"

    async def move(self, track_id: str, old: str, new: str) -> None:
        """Renames a chat."""
        if has := text(await answer(self._redis.hget(keys.held(track_id), old))):
            await answer(self._redis.hset(keys.held(track_id), new, has))
            await answer(self._redis.hdel(keys.held(track_id), old))
        if await self.has_picture(track_id, old):
            await self.keep_picture(track_id, new)
            await answer(self._redis.srem(keys.pictured(track_id), old))


def _by_track(names: Iterable[str]) -> dict[str, list[str]]:
    """Names of files, which begin with their track's id, by track."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.partition("/")[0], []).append(name)
    return found


async def is_awaited(redis: Redis, track_id: str) -> bool:
    """Whether a request waits for the track."""
    return await answer(redis.scard(keys.followers(track_id))) > 0
