"""The cost of following open requests: `python -m bench.told [--most 100000]`.

A follower, a platform that answers at once, and a private Valkey, with 100, 10,000 and 100,000 requests that wait. It
prints the time of the first round, commands per second and processor time while nothing changes, and the time from a
change to the edit of its card.
"""

import argparse
import asyncio
import resource
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.cards.cards import Card
from bot.delivery.follow import Follower
from bot.delivery.planning.plan import Limits, Part
from bot.delivery.platform import Refused, Sent
from jobs.models import Model, Request, Upload, YouTube, request_id
from jobs.process.tasks import cancel_and_wait
from jobs.process.valkey import private_valkey
from jobs.progress import Progress, TrackStage
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.requests import JobQueue
from jobs.queue.tracks import TrackQueue
from jobs.store.folder import FolderStore

COUNTS: Final = (100, 10_000, 100_000)
IDLE: Final = 30.0  # seconds
CHANGES: Final = 20
AT_ONCE: Final = 1000  # requests written together


class Wall:
    """A platform whose calls succeed at once, and whose chats have links only. `posted`: how many cards; `edited`: when
    each was last edited, by its address.
    """

    name = "bench"
    sends_once = True

    def __init__(self) -> None:
        self.posted = 0
        self.edited: dict[str, float] = {}

    def pace(self, _: str) -> float:
        return 1.0

    def limits(self, _: str) -> Limits:
        return Limits()

    async def post(self, address: str, _: Card) -> str:
        self.posted += 1
        return address

    async def edit(self, address: str, _reference: str, _card: Card) -> None:
        self.edited[address] = time.monotonic()

    async def fetch(self, upload: Upload, _: Path) -> None:
        raise Refused(f"there is no upload {upload.upload_id}")

    async def send(self, request: Request, part: Part, _known: dict[str, str], _shown: Card | None = None) -> Sent:
        return Sent(messages=(f"{request.id}/{part.id}",), files=tuple(piece.stored.name for piece in part.pieces))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=COUNTS[-1])
    asked = parser.parse_args()
    print("| open requests | first round | commands/s idle | CPU idle | change to card: median, longest |")
    print("| --- | --- | --- | --- | --- |")
    for count in COUNTS:
        if count <= asked.most:
            print(f"| {count:,} | {asyncio.run(_measure(count))} |", flush=True)


async def _measure(count: int) -> str:
    with private_valkey() as url, TemporaryDirectory() as folder:
        queue, wall = JobQueue.at(url), Wall()
        requests = await _fill(queue, count)
        follower = Follower(queue, Catalogue(queue.redis, FolderStore(Path(folder))), wall)
        began = time.monotonic()
        following = asyncio.create_task(follower.run())
        while wall.posted < count:  # noqa: ASYNC110 - the platform has no events
            await asyncio.sleep(0.1)
        first_round = time.monotonic() - began
        await asyncio.sleep(5)
        commands, cpu = await _commands(queue), _cpu()
        await asyncio.sleep(IDLE)
        commands, cpu = await _commands(queue) - commands, _cpu() - cpu
        waits = [await _change(queue, wall, one) for one in requests[:: max(1, count // CHANGES)][:CHANGES]]
        await cancel_and_wait(following)
        await queue.close()
    return (
        f"{first_round:.1f} s | {commands / IDLE:.0f} | {cpu / IDLE:.1%} |"
        f" {statistics.median(waits):.2f} s, {max(waits):.2f} s"
    )


async def _fill(queue: JobQueue, count: int) -> list[Request]:
    made = []
    for number in range(count):
        chat, song = f"bench:{number}", YouTube(video_id=f"{number:010d}A")
        made.append(
            Request(
                id=request_id(chat, "1", song), platform="bench", chat=chat, asker=chat, address=chat, source=song,
                created_at=time.time() - count + number,
            )
        )  # fmt: skip
    for first in range(0, count, AT_ONCE):
        async with queue.redis.pipeline(transaction=False) as pipe:
            for place, one in enumerate(made[first : first + AT_ONCE], first):
                fields = {"request": one.model_dump_json(), "track": one.track_id, "phase": "waiting"}
                pipe.hset(keys.request(one.id), mapping=fields)
                pipe.zadd(keys.attended("bench"), {one.id: one.created_at})
                track = {"source": one.source.model_dump_json(), "model": Model().model_dump_json(), "lane": "studio"}
                pipe.hset(keys.track(one.track_id), mapping=track)
                pipe.sadd(keys.followers(one.track_id), one.id)
                pipe.sadd(keys.AWAITED, one.track_id)
                pipe.zadd(keys.QUEUE, {keys.job(one.track_id, 0): place})
            await pipe.execute()
    return made


async def _change(queue: JobQueue, wall: Wall, request: Request) -> float:
    """Seconds from a worker's report to the edit of the card."""
    worker = TrackQueue(queue.redis, f"worker-{request.id}")
    await worker.begin(request.track_id)
    await asyncio.sleep(1.5)  # the pace allows the next edit
    began = time.monotonic()
    await worker.report(request.track_id, Progress(stage=TrackStage.SEPARATING, fraction=0.5))
    while wall.edited.get(request.address, 0.0) < began:  # noqa: ASYNC110 - the platform has no events
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def _commands(queue: JobQueue) -> int:
    stats = await queue.redis.info("commandstats")
    return sum(int(figures["calls"]) for figures in stats.values())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
