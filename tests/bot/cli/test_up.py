"""Each part of `fl-bt up` gets the secrets that it needs, and no others."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cli.up import front_ends, parts
from jobs.process.supervise import running
from jobs.settings import Settings

TELLS = """
import json, os, pathlib, sys
draft = pathlib.Path(sys.argv[1] + ".draft")
draft.write_text(json.dumps(dict(os.environ)))
draft.rename(sys.argv[1])
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("tokens", "bots"),
    [
        ({}, []),
        ({"telegram_token": "1:token"}, ["telegram"]),
        ({"discord_token": "MTIz.token"}, ["discord"]),
        ({"telegram_token": "1:token", "discord_token": "MTIz.token"}, ["telegram", "discord"]),
    ],
)
def test_each_platform_with_a_token_gets_its_bot(tmp_path: Path, tokens: dict[str, str], bots: list[str]) -> None:
    settings = Settings(_env_file=None, data=tmp_path, **tokens)  # type: ignore[arg-type]  # pydantic validates them
    assert front_ends(settings) == bots
    assert settings.discord_api_url == "https://discord.com/api/v10"


async def test_the_worker_gets_no_token_and_the_bot_no_account_of_youtube(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "FLBT_TELEGRAM_TOKEN": "1:token", "FLBT_YOUTUBE_PROXY": "http://me:word@proxy:1", "FLBT_MP3_KBPS": "128",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None, data=tmp_path)
    told = {}
    for part in parts(settings, SecretStr("unix:///queue")):
        path = tmp_path / part.name
        async with running(replace(part, command=[sys.executable, "-c", TELLS, str(path)])), asyncio.timeout(60):
            while not path.exists():
                await asyncio.sleep(0.02)
        told[part.name] = json.loads(path.read_text())
    assert "FLBT_TELEGRAM_TOKEN" not in told["worker"]
    assert "FLBT_YOUTUBE_PROXY" not in told["bot"]
    assert told["bot"]["FLBT_TELEGRAM_TOKEN"] == "1:token"
    assert told["worker"]["FLBT_YOUTUBE_PROXY"] == "http://me:word@proxy:1"
    for environment in told.values():
        assert environment["FLBT_MP3_KBPS"] == "128"
        assert environment["FLBT_REDIS_URL"] == "unix:///queue"
