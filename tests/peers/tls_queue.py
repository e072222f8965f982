"""Redis behind TLS: the Valkey of the tests is built without it, so this ends TLS before it, as stunnel does."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trustme


@asynccontextmanager
async def tls_before(unix_socket: Path, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """Serves TLS on loopback, passed on to `unix_socket`. Yields the port and the file of its authority in `folder`."""
    authority = trustme.CA(organization_name="Made for one test run")
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    connections: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = asyncio.current_task()
        assert ours is not None
        connections.add(ours)
        ours.add_done_callback(connections.discard)
        with contextlib.closing(writer):
            inner_reader, inner_writer = await asyncio.open_unix_connection(unix_socket)
            with contextlib.closing(inner_writer):
                ways = [
                    asyncio.ensure_future(_pass(reader, inner_writer)),
                    asyncio.ensure_future(_pass(inner_reader, writer)),
                ]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()

    server = await asyncio.start_server(accept, "localhost", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1], trusted
    finally:
        server.close()
        for connection in list(connections):
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
