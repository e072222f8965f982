"""The small Discord refuses what the real one refuses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.peers.discord import Channel, Discord, Message

NOBODY: dict[str, Any] = {"allowed_mentions": {"parse": []}}


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord() as one:
        yield one


@pytest.fixture
def channel(server: Discord) -> Channel:
    return server.guild("The Band").channels[0]


async def call(server: Discord, method: str, path: str, body: Any) -> tuple[int, int]:
    """Status and Discord's code."""
    headers = {"Authorization": f"Bot {server.token}"}
    async with httpx.AsyncClient(base_url=server.api_url, headers=headers) as http:
        said = await http.request(method, path, json=body)
    return said.status_code, said.json().get("code", 0)


def button(number: int, custom_id: str = "") -> dict[str, Any]:
    return {"type": 2, "style": 2, "label": "x", "custom_id": custom_id or str(number)}


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2001},
        {"content": "x", "unknown": 1},
        {"content": "x", "nonce": "x" * 26, "enforce_nonce": True},
        {"content": "x", "components": [{"type": 1, "components": [button(1, "x" * 101)]}]},
        {"content": "x", "components": [{"type": 1, "components": [button(one) for one in range(6)]}]},
        {"content": "x", "components": [{"type": 1, "components": [button(one)]} for one in range(6)]},
        {"content": "x", "components": [{"type": 1, "components": [button(1), button(1)]}]},
        {"content": "x", "allowed_mentions": {"parse": ["everyone"]}},
        {"content": ""},
        {"content": "x", "message_reference": {"message_id": "1"}},
    ],
)
async def test_messages_that_are_refused(server: Discord, channel: Channel, body: dict[str, Any]) -> None:
    status, _ = await call(server, "POST", f"/channels/{channel.id}/messages", NOBODY | body)
    assert status == 400
    assert channel.messages == []


async def test_a_nonce_makes_one_message(server: Discord, channel: Channel) -> None:
    body = NOBODY | {"content": "x", "nonce": "1", "enforce_nonce": True}
    for _ in range(2):
        assert await call(server, "POST", f"/channels/{channel.id}/messages", body) == (200, 0)
    assert len(channel.messages) == 1


async def test_channels_rights_and_others_messages(server: Discord, channel: Channel) -> None:
    body = NOBODY | {"content": "x"}
    assert await call(server, "POST", "/channels/1/messages", body) == (404, 10003)
    ana = Message(channel, server.person("Ana"), "hi")
    channel.messages.append(ana)
    assert await call(server, "PATCH", f"/channels/{channel.id}/messages/{ana.id}", body) == (403, 50005)
    assert await call(server, "PATCH", f"/channels/{channel.id}/messages/1", body) == (404, 10008)
    assert channel.guild is not None
    channel.guild.rights = 1 << 10
    assert await call(server, "POST", f"/channels/{channel.id}/messages", body) == (403, 50013)
    channel.guild.gone = True
    assert await call(server, "POST", f"/channels/{channel.id}/messages", body) == (403, 50001)


@pytest.mark.parametrize("name", ["Upper", "with space", "", "x" * 33])
async def test_names_of_commands(server: Discord, name: str) -> None:
    command = {"name": name, "type": 1, "description": "x"}
    assert await call(server, "PUT", f"/applications/{server.world.bot.id}/commands", [command]) == (400, 50035)


async def test_the_wrong_token_and_the_wrong_interaction(server: Discord) -> None:
    async with httpx.AsyncClient(base_url=server.api_url) as http:
        assert (await http.get("/users/@me")).status_code == 401
    assert await call(server, "POST", "/interactions/1/x/callback", {"type": 5}) == (404, 10062)


@pytest.mark.parametrize(
    "changed",
    [
        {"name_localizations": {"xx": "x"}},
        {"description_localizations": {"xx": "x"}},
        {"contexts": []},
        {"contexts": [0, 0]},
        {"integration_types": []},
        {"options": [{"name": "x", "description": "", "type": 3}]},
    ],
)
async def test_commands_that_are_refused(server: Discord, changed: dict[str, Any]) -> None:
    command = {"name": "x", "type": 1, "description": "x"} | changed
    assert await call(server, "PUT", f"/applications/{server.world.bot.id}/commands", [command]) == (400, 50035)


async def test_more_than_fifty_requests_a_second_are_refused(server: Discord) -> None:
    headers = {"Authorization": f"Bot {server.token}"}
    async with httpx.AsyncClient(base_url=server.api_url, headers=headers) as http:
        said = await asyncio.gather(*(http.get("/users/@me") for _ in range(60)))
        refused = [one for one in said if one.status_code == 429]
        assert len(refused) == 10
        assert all(one.json()["global"] and one.headers["X-RateLimit-Scope"] == "global" for one in refused)
        await asyncio.sleep(refused[0].json()["retry_after"])
        assert (await http.get("/users/@me")).status_code == 200
