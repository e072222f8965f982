"""The queue carries JSON objects only, so that reading them runs no code. Commands wait for a restarting server."""

import asyncio
import socket

import pytest
from pydantic import SecretStr
from redis.exceptions import ConnectionError as RedisConnectionError

from jobs.queue.connection import connect, deserialize, serialize


def test_a_payload_comes_back_as_it_was() -> None:
    payload = {"t": 1, "f": "track", "a": ["0123"], "k": {}, "et": 1700000000000}
    assert deserialize(serialize(payload)) == payload


def test_an_exception_becomes_its_text() -> None:
    assert deserialize(serialize({"r": ValueError("no such thing")})) == {"r": "no such thing"}


@pytest.mark.parametrize("written", [b"[]", b'"track"', b"\x80\x04N.", b""])
def test_json_other_than_objects_is_refused(written: bytes) -> None:
    with pytest.raises((TypeError, ValueError)):
        deserialize(written)


async def test_a_command_is_retried_when_the_server_hangs_up() -> None:
    """As a starting or stopping server does. The answer here is Redis' answer to PING."""
    hung_up = 0

    async def on_its_way_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hung_up
        if hung_up < 3:
            hung_up += 1
        else:
            while line := await reader.readline():
                if line.strip() in (b"PING", b"CLIENT"):
                    writer.write(b"+PONG\r\n" if line.strip() == b"PING" else b"+OK\r\n")
        writer.close()

    async with await asyncio.start_server(on_its_way_up, "127.0.0.1", 0) as server:
        redis = connect(SecretStr(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        assert await redis.ping()
        await redis.aclose(close_connection_pool=True)
    assert hung_up == 3


@pytest.mark.parametrize("good", [0, 1], ids=["from the beginning", "after a good connection"])
async def test_a_server_that_always_hangs_up_is_given_up(good: int) -> None:
    """As a proxy does without its server."""
    calls = 0

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        while calls <= good and (line := await reader.readline()):
            if line.strip() == b"GET":
                break
            if line.strip() in (b"PING", b"CLIENT"):
                writer.write(b"+PONG\r\n" if line.strip() == b"PING" else b"+OK\r\n")
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        redis = connect(SecretStr(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
        async with asyncio.timeout(60):  # a failure would take minutes
            with pytest.raises(RedisConnectionError):
                await redis.get("anything")
        await redis.aclose(close_connection_pool=True)
    assert good < calls <= 10


async def test_a_server_that_stays_away_is_given_up() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        redis = connect(SecretStr(f"redis://127.0.0.1:{free.getsockname()[1]}"))
        with pytest.raises((RedisConnectionError, OSError)):
            await redis.ping()
    await redis.aclose(close_connection_pool=True)
