"""The gateway: a real websocket with sessions that can be resumed. https://discord.com/developers/docs/events/gateway"""

import asyncio
import importlib
import json
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from aiohttp import WSMsgType, web

from tests.peers.discord.world import Guild, Json, World

#: GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES: none of them is privileged.
INTENTS: Final = 4609

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, BEAT = 0, 1, 2, 6, 7, 9, 10, 11


def _zlib() -> Callable[[bytes], bytes]:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd() -> Callable[[bytes], bytes]:
    zstd = importlib.import_module("compression.zstd")  # from Python 3.14 on, where clients can ask for it
    stream = zstd.ZstdCompressor()
    return lambda data: bytes(stream.compress(data, mode=stream.FLUSH_BLOCK))


#: Transport compression, by its name: https://discord.com/developers/docs/events/gateway#transport-compression
COMPRESSIONS: Final = {"zlib-stream": _zlib, "zstd-stream": _zstd}


@dataclass(eq=False)
class Session:
    """What was sent, so that it can be sent again after a break. `compressed`: one message of the socket's stream."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    compressed: Callable[[bytes], bytes] = bytes

    async def dispatch(self, name: str, data: Json) -> None:
        event = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        await self.send(event)

    async def send(self, told: Json) -> None:
        if self.socket is None or self.socket.closed:
            return
        try:
            await self.socket.send_bytes(self.compressed(json.dumps(told).encode()))
        except ConnectionError:
            self.socket = None


class Gateway:
    """All sessions of the bot. `identified`: how often a new one began."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.refusals = 0  # connections to refuse from now on
        self.url = ""

    @property
    def is_connected(self) -> bool:
        return any(one.socket is not None and not one.socket.closed for one in self.sessions.values())

    async def answer(self, request: web.Request) -> web.WebSocketResponse:
        if self.refusals:
            self.refusals -= 1
            raise web.HTTPServiceUnavailable
        compression = COMPRESSIONS.get(request.query.get("compress", ""))
        if compression is None or request.query.get("v") != "10":
            raise web.HTTPBadRequest
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        session = Session(socket=socket, compressed=compression())
        await session.send({"op": HELLO, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            told = json.loads(message.data)
            match told["op"]:
                case 1:
                    await session.send({"op": BEAT})
                case 2:
                    await self._identify(session, told["d"], socket)
                case 6:
                    session = await self._resume(session, told["d"])
                case _:
                    pass  # presence: the tests show none
        if session.socket is socket:
            session.socket = None
        return socket

    async def _identify(self, session: Session, told: Json, socket: web.WebSocketResponse) -> None:
        if told["token"] != self._token:
            await socket.close(code=4004)
        elif told["intents"] & ~INTENTS:
            await socket.close(code=4014)
        else:
            self.identified += 1
            self.sessions = {session.id: session}
            guilds = [one for one in self._world.guilds.values() if not one.gone]
            ready = {
                "v": 10, "user": self._world.bot.payload, "session_id": session.id, "resume_gateway_url": self.url,
                "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
                "application": {"id": str(self._world.bot.id), "flags": 0},
            }  # fmt: skip
            await session.dispatch("READY", ready)
            for guild in guilds:
                await session.dispatch("GUILD_CREATE", guild_payload(guild))
            self._world.touch()

    async def _resume(self, fresh: Session, told: Json) -> Session:
        session = self.sessions.get(told["session_id"])
        if session is None or told["token"] != self._token:
            await fresh.send({"op": INVALID, "d": False})
            return fresh
        self.resumed += 1
        session.socket, session.compressed = fresh.socket, fresh.compressed
        for event in session.events[told["seq"] :]:
            await session.send(event)
        await session.dispatch("RESUMED", {})
        self._world.touch()
        return session

    async def dispatch(self, name: str, data: Json) -> None:
        """Tell the bot, now or when it resumes."""
        for session in self.sessions.values():
            await session.dispatch(name, data)

    async def invalidate(self) -> None:
        """Tell every session that it is invalid, and may be resumed."""
        for session in self.sessions.values():
            await session.send({"op": INVALID, "d": True})

    async def drop(self, *, forget: bool = False) -> None:
        """Break every connection. `forget`: the sessions cannot be resumed, and what happens meanwhile is lost."""
        sockets = [one.socket for one in self.sessions.values() if one.socket is not None]
        if forget:
            self.sessions = {}
        await asyncio.gather(*(socket.close(code=4000) for socket in sockets))


def guild_payload(guild: Guild) -> Json:
    threads = [one.payload for one in guild.channels if one.thread_of is not None]
    channels = [one.payload for one in guild.channels if one.thread_of is None]
    return {
        "id": str(guild.id), "name": guild.name, "preferred_locale": guild.locale, "owner_id": "1",
        "roles": [], "members": [], "member_count": 3, "threads": threads, "emojis": [], "stickers": [], "features": [],
        "channels": channels, "premium_tier": guild.tier, "verification_level": 0, "nsfw_level": 0, "mfa_level": 0,
        "default_message_notifications": 0, "explicit_content_filter": 0, "afk_timeout": 60, "system_channel_flags": 0,
        "icon": None, "voice_states": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "unavailable": False, "large": False, "premium_progress_bar_enabled": False, "afk_channel_id": None,
    }  # fmt: skip
