"""What exists: people, servers, channels, messages, interactions; as Discord shows them."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

EPOCH: Final = 1420070400000  # milliseconds: Discord's ids count from here
ALL_RIGHTS: Final = 274878024704
EPHEMERAL: Final = 64
#: Seconds within which the same nonce gives the same message. "A few minutes", says Discord.
NONCE_SECONDS: Final = 180.0
#: The largest file, in bytes, by the tier of a server's boosts.
FILE_BYTES: Final = (10 << 20, 10 << 20, 50 << 20, 100 << 20)
_serial: Final = itertools.count(1)

Json = dict[str, Any]


def snowflake() -> int:
    return (int(time.time() * 1000) - EPOCH) << 22 | next(_serial) % (1 << 22)


class Refused(Exception):  # noqa: N818 - Discord's answer
    """An answer of Discord's other than success."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class User:
    name: str
    locale: str = "en-US"
    bot: bool = False
    id: int = field(default_factory=snowflake)

    @property
    def payload(self) -> Json:
        return {
            "id": str(self.id), "username": self.name.lower(), "global_name": self.name, "discriminator": "0",
            "avatar": None, "bot": self.bot, "public_flags": 0, "flags": 0,
        }  # fmt: skip


@dataclass
class File:
    name: str
    content: bytes = field(repr=False)
    description: str | None = None
    id: int = field(default_factory=snowflake)


@dataclass(eq=False)
class Message:
    """One message. `content` is what was written; what a bot may see of it is less: see `payload`."""

    channel: "Channel"
    author: User
    content: str = ""
    files: list[File] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    flags: int = 0
    reference: Json | None = None
    reply_to: "Message | None" = None
    forwarded: "Message | None" = None
    nonce: str = ""
    seen_by: int = 0  # whom an ephemeral message is for
    edits: int = 0
    history: list[str] = field(default_factory=list)
    id: int = field(default_factory=snowflake)

    @property
    def age(self) -> float:
        return time.time() - ((self.id >> 22) + EPOCH) / 1000

    @property
    def buttons(self) -> dict[str, str]:
        """Label → custom id."""
        return {one["label"]: one["custom_id"] for row in self.rows for one in row["components"] if "custom_id" in one}

    @property
    def text(self) -> str:
        """As people read it: without escapes."""
        out, escaped = [], False
        for char in self.content:
            if char == "\\" and not escaped:
                escaped = True
                continue
            out.append(char)
            escaped = False
        return "".join(out)

    @property
    def all_files(self) -> list[File]:
        return self.forwarded.all_files if self.forwarded is not None else self.files

    def payload(self, world: "World", *, whole: bool = True) -> Json:
        """As Discord sends it. Not `whole`: without what only the privileged intent shows."""
        files = [world.attachment(self, one) for one in self.files]
        referenced = self.reply_to
        told = {
            "id": str(self.id), "channel_id": str(self.channel.id), "type": 19 if self.reply_to is not None else 0,
            "author": self.author.payload, "content": self.content if whole else "",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), "edited_timestamp": None,
            "tts": False, "mention_everyone": False, "mention_roles": [], "embeds": [],
            "mentions": [world.bot.payload] if world.is_mentioned_in(self) else [],
            "attachments": files if whole else [], "components": self.rows if whole else [], "pinned": False,
            "flags": self.flags,
        }  # fmt: skip
        if self.reference is not None:
            told["message_reference"] = self.reference
        if referenced is not None:
            told["referenced_message"] = referenced.payload(world, whole=world.shows(referenced))
        if self.forwarded is not None:
            told["message_snapshots"] = [{"message": self.forwarded.payload(world)}]
        if self.nonce:
            told["nonce"] = self.nonce
        return told


@dataclass(eq=False)
class Guild:
    name: str
    locale: str = "en-US"
    rights: int = ALL_RIGHTS
    admins: set[int] = field(default_factory=set)
    channels: list["Channel"] = field(default_factory=list)
    gone: bool = False  # the bot was thrown out
    tier: int = 0  # of its boosts
    id: int = field(default_factory=snowflake)


@dataclass(eq=False)
class Channel:
    """A channel of a server, or the direct messages with one person."""

    world: "World"
    guild: Guild | None
    person: User | None
    name: str = "general"
    messages: list[Message] = field(default_factory=list)
    gone: bool = False
    thread_of: "Channel | None" = None
    is_locked: bool = False  # a thread that was archived and locked
    id: int = field(default_factory=snowflake)

    @property
    def payload(self) -> Json:
        if self.guild is None:
            assert self.person is not None
            return {"id": str(self.id), "type": 1, "last_message_id": None, "recipients": [self.person.payload]}
        return {
            "id": str(self.id), "type": 0, "guild_id": str(self.guild.id), "name": self.name, "position": 0,
            "permission_overwrites": [], "nsfw": False, "parent_id": None, "topic": None,
            "last_message_id": str(self.messages[-1].id) if self.messages else None,
            "rate_limit_per_user": 0, **self._of_thread(),
        }  # fmt: skip

    def _of_thread(self) -> Json:
        if self.thread_of is None:
            return {}
        metadata = {
            "archived": self.is_locked, "locked": self.is_locked, "auto_archive_duration": 60,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        }  # fmt: skip
        return {
            "type": 11, "parent_id": str(self.thread_of.id), "owner_id": "1", "message_count": 0, "member_count": 1,
            "thread_metadata": metadata,
        }  # fmt: skip

    def from_bot(self) -> list[Message]:
        return [one for one in self.messages if one.author.bot]

    def find(self, message_id: int) -> Message:
        for one in self.messages:
            if one.id == message_id:
                return one
        raise Refused(404, 10008, "Unknown Message")

    async def until(self, condition: Callable[[Message], bool], seconds: float = 60.0) -> Message:
        """The first message of the bot's for which it holds."""
        end = time.monotonic() + seconds
        while True:
            for message in self.from_bot():
                if condition(message):
                    return message
            assert time.monotonic() < end, "\n".join(f"{one.text!r} {one.files}" for one in self.from_bot())
            await self.world.changed(0.2)


class World:
    """Everything, and who may see it."""

    def __init__(self) -> None:
        self.bot = User("FL-BT", bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.nonces: dict[str, tuple[Message, float]] = {}
        self.cdn = ""  # the address of the files
        self.signature = "valid"  # of their addresses, today
        self._event = asyncio.Event()

    def touch(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def changed(self, seconds: float) -> None:
        """Wait until something changed, at most so long."""
        event = self._event
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass

    def shows(self, message: Message) -> bool:
        """Whether the bot sees a message's content without the privileged intent."""
        return message.channel.guild is None or message.author.bot or self.is_mentioned_in(message)

    def is_mentioned_in(self, message: Message) -> bool:
        """Whether a message mentions the bot; a reply mentions the author of the other message."""
        return f"<@{self.bot.id}>" in message.content or (message.reply_to is not None and message.reply_to.author.bot)

    def attachment(self, message: Message, file: File) -> Json:
        kinds = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "png": "image/png", "txt": "text/plain"}
        url = f"{self.cdn}/attachments/{message.channel.id}/{file.id}/{file.name}?hm={self.signature}"
        told = {
            "id": str(file.id), "filename": file.name, "size": len(file.content), "url": url, "proxy_url": url,
            "content_type": kinds.get(file.name.rpartition(".")[2], "application/octet-stream"),
        }  # fmt: skip
        if file.name == "voice-message.ogg":  # as Discord's apps name all of them
            told |= {"content_type": "audio/ogg", "duration_secs": 3.2, "waveform": "AAAA"}
        return told | ({"description": file.description} if file.description else {})

    def files(self) -> Iterator[tuple[Message, File]]:
        for channel in self.channels.values():
            for message in channel.messages:
                for file in message.files:
                    yield message, file
