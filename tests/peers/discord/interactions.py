"""Commands and pressed buttons: three seconds to acknowledge, fifteen minutes to answer."""

import secrets
import time
from dataclasses import dataclass, field

from tests.peers.discord.world import EPHEMERAL, FILE_BYTES, Channel, Json, Message, Refused, User, snowflake

ACKNOWLEDGE: float = 3.0
TOKEN: float = 15 * 60.0


@dataclass(eq=False)
class Interaction:
    """What a person did, and what they alone were answered."""

    channel: Channel
    user: User
    kind: int  # 2: a command, 3: a button
    data: Json
    message: Message | None = None
    acknowledged: float | None = None  # seconds it took
    original: Message | None = None
    answers: list[Message] = field(default_factory=list)  # ephemeral ones that followed
    born: float = field(default_factory=time.monotonic)
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    id: int = field(default_factory=snowflake)

    def payload(self) -> Json:
        world, guild = self.channel.world, self.channel.guild
        told: Json = {
            "id": str(self.id), "application_id": str(world.bot.id), "type": self.kind, "data": self.data,
            "channel_id": str(self.channel.id), "channel": self.channel.payload, "token": self.token, "version": 1,
            "locale": self.user.locale, "entitlements": [], "authorizing_integration_owners": {},
            "attachment_size_limit": FILE_BYTES[guild.tier if guild is not None else 0],
            "app_permissions": str(guild.rights if guild is not None else 1 << 30), "context": 0 if guild else 1,
        }  # fmt: skip
        if guild is None:
            told["user"] = self.user.payload
        else:
            rights = 1 << 11 | (1 << 5 if self.user.id in guild.admins else 0)
            told |= {"guild_id": str(guild.id), "guild_locale": guild.locale}
            told["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
            told["member"] = {
                "user": self.user.payload, "roles": [], "permissions": str(rights), "nick": None, "deaf": False,
                "mute": False, "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0,
            }  # fmt: skip
        if self.message is not None:
            told["message"] = self.message.payload(world)
        return told

    def acknowledge(self, told: Json) -> None:
        """The callback. Raises `Refused` when it is late, or the second one."""
        age = time.monotonic() - self.born
        if age > ACKNOWLEDGE:
            raise Refused(404, 10062, "Unknown interaction")
        if self.acknowledged is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        self.acknowledged = age
        match told["type"]:
            case 5 | 4:
                self.original = self._own(told.get("data") or {})
            case 6 if self.kind == 3:
                self.original = self.message
            case _:
                raise Refused(400, 50035, f"Invalid Form Body: type {told['type']} for this interaction")

    def check(self, token: str) -> None:
        """Raises `Refused` when the token answers nothing (any more)."""
        if token != self.token:
            raise Refused(401, 50027, "Invalid Webhook Token")
        if self.acknowledged is None or time.monotonic() - self.born > TOKEN:
            raise Refused(404, 10015, "Unknown Webhook")

    def _own(self, told: Json) -> Message:
        message = Message(self.channel, self.channel.world.bot, flags=int(told.get("flags", 0)), seen_by=self.user.id)
        if not message.flags & EPHEMERAL:
            raise Refused(400, 50035, "the test's own rule: what concerns one person is ephemeral")
        return message

    def answer(self, told: Json) -> Message:
        """A follow-up."""
        message = self._own(told)
        apply(message, told)
        self.answers.append(message)
        return message

    @property
    def said(self) -> str:
        """What the person alone reads."""
        own = [self.original] if self.original is not None and self.original is not self.message else []
        return "\n".join(one.text for one in [*own, *self.answers] if one.text)


def apply(message: Message, told: Json) -> None:
    """Change a message as a body says."""
    if "content" in told:
        message.content = told["content"] or ""
        message.history.append(message.content)
    if "components" in told:
        message.rows = told["components"] or []
