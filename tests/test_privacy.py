"""Other users of the machine cannot read uploads, the queue or the token; results keep the person's own permissions."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli.demo import write_demo_song
from tests.peers.botapi import BotApi
from tests.running import PATIENCE, environment, pair, up
from tests.strangers import open_to_others, public, read_by_a_stranger, umask
from tests.weights import models_dir

__all__ = ["models_dir", "public"]


def no_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FLBT_")}


async def test_nothing_of_a_bot_is_open_to_others(public: Path, tmp_path: Path, models_dir: Path) -> None:
    """Uploads, stems and the append-only file with the pairing code, under the loosest umask there is."""
    data = public / "data"
    write_demo_song(tmp_path / "song.wav", 3)
    with umask(0):
        async with BotApi() as server, up(environment(server, data, models_dir), tmp_path) as running:
            await running.says("is listening")
            ana = server.private(server.person("Ana"))
            await pair(running, ana)
            await ana.send_audio((tmp_path / "song.wav").read_bytes(), title="Mine", name="x.wav")
            await ana.until(lambda message: "Done in" in message.text, PATIENCE)
            assert await asyncio.to_thread(open_to_others, data) == []
    assert open_to_others(data) == []
    assert list((data / "store" / "inbox").iterdir())
    assert list((data / "store" / "tracks").glob("*/*.flac"))
    assert list((data / "queue" / "appendonlydir").iterdir())
    (public / "open").write_text("to everybody")
    assert read_by_a_stranger(public) == [str(public / "open")], "and nothing else"


@pytest.mark.parametrize(("mask", "folder", "file"), [(0o022, 0o755, 0o644), (0o007, 0o770, 0o660)])
def test_stems_are_as_readable_as_all_that_this_person_makes(
    public: Path, tmp_path: Path, models_dir: Path, mask: int, folder: int, file: int
) -> None:
    write_demo_song(tmp_path / "song.wav", 2)
    data = public / "data"
    with umask(mask):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "bot", "separate", "song.wav", "--output", "a/b"],
            cwd=tmp_path, env=no_settings() | {"FLBT_DATA": str(data), "FLBT_MODELS": str(models_dir)},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    paths = [tmp_path / line for line in done.stdout.splitlines()]
    assert [path.stat().st_mode & 0o777 for path in paths] == [file, file]
    assert {way.stat().st_mode & 0o777 for path in paths for way in list(path.parents)[:3]} == {folder}
    assert open_to_others(data) == []
