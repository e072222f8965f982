"""The bot's figures for Prometheus, if FLBT_METRICS_PORT is set."""

import asyncio
import re
from pathlib import Path

import httpx

from jobs.failures import Reason
from jobs.queue.requests import JobQueue
from jobs.store.folder import FolderStore
from tests.bot.telegram.chat_fixture import SONG, Rig, Worker, settings_for
from tests.peers.botapi import BotApi
from tests.ports import free_port


async def test_the_bot_tells_how_requests_end(
    server: BotApi, queue: JobQueue, store: FolderStore, tmp_path: Path
) -> None:
    port = free_port()
    rig = Rig(server, queue, store, settings_for(server, tmp_path, metrics_port=port), Worker(queue, store))
    async with rig.bot(), httpx.AsyncClient() as client, asyncio.timeout(120):
        ana = rig.ana()
        await ana.say(SONG)
        await rig.worker.fail(await rig.worker.take(), Reason.MEMBERS_ONLY)
        await rig.settled()
        said = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
        assert 'flbt_requests_ended_total{end="members_only"} 1.0' in said
        labels = re.findall(r'"([^"]*)"', said)
        assert "members_only" in labels
        assert not [label for label in labels if str(ana.id) in label or "Ana" in label], "figures tell of nobody"
        assert server.token not in said
