"""A rig for the bot: the small Bot API server, a real queue and store, the bot itself, and a worker's end of them."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from bot.delivery.timing import Timing
from bot.telegram.app import build
from bot.telegram.main import serve
from bot.telegram.sending.pace import Pace
from jobs.failures import Failure, Reason
from jobs.models import Deck, Rendition, Stem
from jobs.progress import Lane, Progress, RequestPhase, TrackStage
from jobs.queue import keys
from jobs.queue.catalogue import Catalogue
from jobs.queue.connection import answer
from jobs.queue.recipe import About, Recipe, announce_recipe, retire_recipe
from jobs.queue.requests import JobQueue
from jobs.queue.searches import keep_hits
from jobs.queue.tracks import Track, TrackQueue
from jobs.results import Manifest, Rendered, StoredFile, Tags
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from jobs.youtube import Hits
from tests.peers.botapi import BotApi, Chat, Message
from worker.rendering.zipping import archive_names

#: Tests wait less between two looks and two edits.
QUICK = Timing(look=0.05, sweep=0.05, look_at_playlists=0.05, rest=0.05, soon=0.2, grace=0.5, batch=0.2, late_line=0)
QUICK_PACE = Pace(card=0.1, card_in_groups=0.1, chat_burst=1000, group_per_minute=1000, per_second=1000)

SONG = "https://youtu.be/dQw4w9WgXcQ"
OTHER = "https://www.youtube.com/watch?v=jNQXAC9IVRw"

#: Seconds. On an idle machine the awaited events come at once.
PATIENCE = 60.0

#: First bytes of files, by which the Bot API server tells their type.
BEGINNINGS = {
    "mp3": b"\xff\xfb\x90\x00",
    "m4a": b"\0\0\0\x20ftypM4A ",
    "mp4": b"\0\0\0\x20ftypM4A ",
    "flac": b"fLaC",
    "wav": b"RIFF",
    "zip": b"PK\x03\x04",
    "html": b"<!doctype html>",
    "png": b"\x89PNG\r\n",
    "jpg": b"\xff\xd8\xff",
    "cho": b"{title",
    "mid": b"MThd",
}


@dataclass
class Worker:
    """The worker's end of queue and store, played by the test; its results have the real shape."""

    queue: JobQueue
    store: FolderStore
    bytes_: int = 2000  # of each rendered file
    stored_bytes: int = 0  # of each stem in the store; 0: as rendered files
    seconds: float = 213.0  # of each song
    tags: Tags = field(default_factory=lambda: Tags(title="Águas de Março", artist="Elis & Tom"))
    picture: bool = False
    cover: bool = False
    thumbnail: bytes = b""
    recipe: Recipe = field(default_factory=lambda: Recipe(engine="openvino", kbps=320))

    def __post_init__(self) -> None:
        self.track_queue = TrackQueue(self.queue.redis, "worker-of-the-test")
        self.catalogue = Catalogue(self.queue.redis, self.store)

    async def set_to(self, **about: object) -> None:
        """As after a restart with other settings."""
        await retire_recipe(self.queue.redis, self.recipe)
        self.recipe = Recipe.model_validate(self.recipe.model_dump() | about)
        await announce_recipe(self.queue.redis, self.recipe)

    async def live(self) -> None:
        """Beat once, so that the queue counts a living worker; other workers of the tests do not beat."""
        await self.track_queue.beat()

    async def have(self, **models: float) -> None:
        """As a living worker that has these better models, each with its cost."""
        about = About(versions={}, models=models)
        await self.queue.redis.set(keys.worker("able-studio"), about.model_dump_json())
        await self.queue.redis.zadd(keys.WORKERS, {"able-studio": time.time() + 3600})

    async def take(self, seconds: float = PATIENCE) -> Track:
        """The first track in the queue, once there is one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for lane in Lane:
                for job in await self.queue.redis.zrange(keys.queue(lane), 0, 0):
                    track_id, _, _ = job.decode().partition(".")
                    await self.queue.redis.zrem(keys.queue(lane), job)
                    await self.queue.redis.delete(f"arq:job:{job.decode()}")
                    if (track := await self.track_queue.begin(track_id)) is not None:
                        return track
            await asyncio.sleep(0.02)
        raise AssertionError("nothing was queued")

    async def found(self, result: Hits, seconds: float = PATIENCE) -> None:
        """Answer a search, once it is in the queue."""
        end, lane = time.monotonic() + seconds, keys.queue(Lane.QUICK)
        while time.monotonic() < end:
            for job in await self.queue.redis.zrange(lane, 0, -1):
                if job.startswith(f"search.{result.id}.".encode()):
                    await self.queue.redis.zrem(lane, job)
                    await self.queue.redis.delete(f"arq:job:{job.decode()}")
                    await keep_hits(self.queue.redis, result)
                    return
            await asyncio.sleep(0.02)
        raise AssertionError("no search was queued")

    async def report(self, track: Track, stage: TrackStage, fraction: float | None = None) -> bool:
        progress = Progress(
            stage=stage, fraction=fraction, title=self.tags.title, artist=self.tags.artist, seconds=self.seconds
        )
        return await self.track_queue.report(track.id, progress)

    async def finish(self, track: Track) -> None:
        """Make the wanted renditions, and finish the waiting requests."""
        await self.track_queue.begin(track.id)  # this worker has no heart that would have kept the lease
        stored = (await self.catalogue.refresh(track.id)).manifest
        if stored is None or not self.recipe.would_make(stored):
            await self.separate(track)
        while True:
            wanted = await self.track_queue.wanted(track.id)
            for rendition in wanted:
                here = (await self.store.read(track.id)).rendered(rendition)
                if here is None or not self.recipe.would_render(here):
                    await self.render(track, rendition)
            await self.catalogue.refresh(track.id)
            if await self.track_queue.ready(track.id, wanted):
                return

    async def separate(self, track: Track) -> None:
        with self.store.workspace.folder() as folder:
            made = folder / "made"
            made.mkdir()
            stems = tuple(
                StoredFile(
                    name=f"{stem}.flac",
                    bytes_=_write(made / f"{stem}.flac", self.stored_bytes or self.bytes_),
                    stem=stem,
                )
                for stem in track.model.stems
            )
            picture = StoredFile(name="picture.png", bytes_=_write(made / "picture.png", 500)) if self.picture else None
            cover = StoredFile(name="cover.jpg", bytes_=_write(made / "cover.jpg", 900)) if self.cover else None
            small = StoredFile(name="thumbnail.jpg", bytes_=len(self.thumbnail)) if self.thumbnail else None
            (made / "thumbnail.jpg").write_bytes(self.thumbnail)
            engine = track.model.info.family if track.model.info.is_slow else self.recipe.engine
            manifest = Manifest(
                track_id=track.id, source=track.source, model=track.model, tags=self.tags,
                samples=round(self.seconds * 44100), stems=stems, picture=picture, cover=cover, thumbnail=small,
                engine=f"{engine} 1.0", made_at=time.time(),
            )  # fmt: skip
            await self.store.keep_track(made, manifest)

    async def render(self, track: Track, rendition: Rendition) -> None:
        with self.store.workspace.folder() as folder:
            made = folder / "made"
            made.mkdir()
            size_of = self.bytes_ * (rendition.encoding.kbps or 320) // 320
            if rendition.package:
                # Cut as the worker cuts it, when no file is larger than half of the whole.
                parts = 2 if 0 < rendition.package.part_bytes < size_of else 1
                names: dict[str, Stem | None] = dict.fromkeys(archive_names(parts))
                size_of //= parts
            else:
                names = {rendition.name_of(one): one.stem for one in rendition.files(track.model.stems)}
            files = tuple(
                StoredFile(name=name, bytes_=_write(made / name, size_of), stem=stem) for name, stem in names.items()
            )
            kbps = self.recipe.rate(rendition)
            label = "8A 124" if isinstance(rendition.content, Deck) else ""
            rendered = Rendered(rendition=rendition, files=files, kbps=kbps, label=label)
            await self.store.keep_rendition(made, track.id, rendered)

    async def fail(self, track: Track, reason: Reason, **values: float | str) -> None:
        await self.track_queue.fail(track.id, Failure(reason=reason, detail="said the test", values=values))


def _write(path: Path, size: int) -> int:
    """A file of `size` bytes that takes no room on the disk."""
    path.write_bytes((BEGINNINGS[path.suffix[1:]] + path.stem.encode())[:size])
    os.truncate(path, size)
    return size


@dataclass
class Rig:
    """Everything a test needs. `bot()` runs the bot; leaving it is a SIGTERM, `kill` is a kill -9."""

    server: BotApi
    queue: JobQueue
    store: FolderStore
    settings: Settings
    worker: Worker
    pace: Pace = field(default_factory=lambda: replace(QUICK_PACE))
    timing: Timing = QUICK
    #: Descriptions of requests that a test expects to be refused.
    expected: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(
            serve(
                build(self.settings, self.queue, self.store, self.pace, self.timing), stop, self.timing, self.settings
            )
        )
        try:
            before = len(self.server.calls("setMyCommands"))
            await self.server.until(lambda: task.done() or len(self.server.calls("setMyCommands")) > before)
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE)

    async def owned_by(self, person_id: int) -> None:
        """As after a pairing."""
        await answer(self.queue.redis.hset(keys.PEOPLE, "owner", f"telegram:{person_id}"))

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Wait until every card is final and no request is attended to."""
        end = time.monotonic() + seconds
        while await self.queue.attended("telegram"):
            assert time.monotonic() < end, await self.queue.attended("telegram")
            await asyncio.sleep(0.02)

    async def noted(self, card: Message, seconds: float = PATIENCE) -> None:
        """Wait until the queue has the note of the card. A bot killed before that would post another card."""
        end = time.monotonic() + seconds
        while not any(f'"{card.id}"' in view.card for view in await self.queue.attended("telegram")):
            assert time.monotonic() < end
            await asyncio.sleep(0.01)

    async def phase(self, chat: Chat) -> RequestPhase:
        """Of the chat's newest request."""
        (newest,) = await self.queue.recent(f"telegram:{chat.id}", limit=1)
        return newest.phase

    async def until_phase(self, chat: Chat, phase: RequestPhase, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not await self.queue.recent(f"telegram:{chat.id}") or await self.phase(chat) is not phase:
            assert time.monotonic() < end, f"not {phase}\n{chat.transcript()}"
            await asyncio.sleep(0.02)

    def ana(self, language: str = "en") -> Chat:
        return self.server.private(self.server.person("Ana", language=language))


def seen(chat: Chat) -> str:
    """The transcript, without how long things took."""
    return re.sub(r"(?<=Done in )\d+ s", "N s", chat.transcript())


def files(chat: Chat) -> list[str]:
    """The names of the files the bot sent, in order."""
    return [message.file.name for message in chat.from_bot() if message.file is not None and not message.is_card]


def cards(chat: Chat) -> list[Message]:
    """The bot's messages without a file, and those with a picture."""
    return [message for message in chat.from_bot() if message.is_card]


def settings_for(server: BotApi, tmp_path: Path, **more: object) -> Settings:
    values: dict[str, object] = {
        "telegram_token": SecretStr(server.token),
        "telegram_base_url": server.base_url,
        "telegram_file_url": server.file_url,
        "access": "open",
        "data": tmp_path / "data",
        **more,
    }
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # pydantic validates them
