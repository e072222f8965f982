"""What each call does. https://discord.com/developers/docs/resources/message"""

import re
import time
from typing import Any

from tests.peers.discord.interactions import Interaction, apply
from tests.peers.discord.validation import check_files, check_new
from tests.peers.discord.world import (
    FILE_BYTES,
    NONCE_SECONDS,
    Channel,
    File,
    Json,
    Message,
    Refused,
    User,
    World,
    snowflake,
)

Files = dict[int, tuple[str, bytes]]

VIEW, SEND, FILES, HISTORY = 1 << 10, 1 << 11, 1 << 15, 1 << 16


class Rest:
    """The calls, over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.interactions: dict[int, Interaction] = {}
        self.commands: list[Json] = []
        self.opened: dict[int, Channel] = {}  # by person
        self.old_after = 3600.0  # seconds after which edits are few
        self.old_edits = 1000  # of a message older than that

    def open_direct(self, person: User) -> Channel:
        if person.id not in self.opened:
            channel = Channel(self.world, None, person, name=person.name)
            self.opened[person.id] = self.world.channels[channel.id] = channel
        return self.opened[person.id]

    def channel(self, text: str, right: int) -> Channel:
        channel = self.world.channels.get(int(text))
        if channel is None or channel.gone:
            raise Refused(404, 10003, "Unknown Channel")
        if channel.guild is not None:
            if channel.guild.gone or not channel.guild.rights & VIEW:
                raise Refused(403, 50001, "Missing Access")
            if channel.guild.rights & right != right:
                raise Refused(403, 50013, "Missing Permissions")
        elif channel.person is not None and channel.person.name.startswith("Closed"):
            raise Refused(403, 50007, "Cannot send messages to this user")
        return channel

    # --- messages ----------------------------------------------------------------------------------------------

    def send(self, channel: str, body: Json, files: Files) -> Message:
        known_channel = self.world.channels.get(int(channel))
        guild = known_channel.guild if known_channel is not None else None
        check_new(body, files, FILE_BYTES[guild.tier if guild is not None else 0])
        place = self.channel(channel, SEND | (FILES if files else 0))
        if place.is_locked:
            raise Refused(400, 50083, "Thread is archived")
        nonce = str(body.get("nonce", ""))
        if nonce and body.get("enforce_nonce") and nonce in self.world.nonces:
            known, at = self.world.nonces[nonce]
            if time.monotonic() - at < NONCE_SECONDS:
                if known not in known.channel.messages:
                    raise Refused(404, 10008, "Unknown Message")
                return known
        kept = _new_files(body, files)
        message = Message(place, self.world.bot, files=kept, flags=int(body.get("flags", 0)), nonce=nonce)
        apply(message, body)
        self._refer(message, body.get("message_reference"))
        place.messages.append(message)
        self.world.nonces[nonce or str(message.id)] = message, time.monotonic()
        return message

    def _refer(self, message: Message, reference: Json | None) -> None:
        if reference is None:
            return
        source = self.world.channels.get(int(reference.get("channel_id") or message.channel.id))
        found = (
            next((one for one in source.messages if one.id == int(reference["message_id"])), None) if source else None
        )
        if reference.get("type") == 1:
            if found is None:
                raise Refused(404, 10008, "Unknown Message")
            if found.channel.guild is not message.channel.guild:
                raise Refused(400, 50035, "Invalid Form Body: a message is forwarded in its own server")
            message.forwarded = found
        elif found is not None and source is message.channel:
            message.reply_to = found
        elif reference.get("fail_if_not_exists", True):
            raise Refused(400, 50035, "Invalid Form Body: message_reference: Unknown message")
        told = {"type": reference.get("type", 0), "message_id": str(reference["message_id"])}
        message.reference = told | {"channel_id": str((source or message.channel).id)}

    def edit(self, channel: str, message: str, body: Json, files: Files) -> Message:
        """Attachments of the body replace the message's: those it names by id stay, and new files are added."""
        place = self.channel(channel, VIEW | (FILES if files else 0))
        check_files(files, FILE_BYTES[place.guild.tier if place.guild is not None else 0])
        known = place.find(int(message))
        if known.author is not self.world.bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        known.edits += 1
        if known.age > self.old_after:
            self.old_edits -= 1
            if self.old_edits < 0:
                raise Refused(429, 30046, "Maximum number of edits to messages older than 1 hour reached.")
        apply(known, body)
        if "attachments" in body or files:
            stay = {int(one["id"]) for one in body.get("attachments", [])}
            known.files = [one for one in known.files if one.id in stay] + _new_files(body, files)
        if not known.content and not known.files:
            raise Refused(400, 50006, "Cannot send an empty message")
        return known

    def history(self, channel: str, query: dict[str, str]) -> list[Json]:
        place = self.channel(channel, HISTORY)
        after, before = int(query.get("after", 0)), int(query.get("before", 1 << 63))
        found = [one for one in place.messages if after < one.id < before]
        limit = int(query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise Refused(400, 50035, "Invalid Form Body: limit")
        chosen = found[:limit] if after else found[-limit:]
        return [one.payload(self.world, whole=self.world.shows(one)) for one in reversed(chosen)]

    def one(self, channel: str, message: str) -> Json:
        found = self.channel(channel, HISTORY).find(int(message))
        return found.payload(self.world, whole=self.world.shows(found))

    # --- interactions ------------------------------------------------------------------------------------------

    def interaction(self, token: str) -> Interaction:
        for known in self.interactions.values():
            if known.token == token:
                known.check(token)
                return known
        raise Refused(404, 10015, "Unknown Webhook")

    def callback(self, interaction: str, token: str, body: Json) -> Json:
        known = self.interactions.get(int(interaction))
        if known is None or known.token != token:
            raise Refused(404, 10062, "Unknown interaction")
        known.acknowledge(body)
        return {"interaction": {"id": str(known.id), "type": known.kind, "response_message_loading": True,
                                "response_message_ephemeral": True}}  # fmt: skip

    def follow_up(self, token: str, body: Json) -> Message:
        check_new(body, {})
        return self.interaction(token).answer(body)

    def edit_original(self, token: str, body: Json) -> Message:
        message = self.interaction(token).original
        if message is None:
            raise Refused(404, 10008, "Unknown Message")
        apply(message, body)
        return message

    def delete_original(self, token: str) -> None:
        self.interaction(token).original = None

    # --- the rest ----------------------------------------------------------------------------------------------

    def set_commands(self, body: list[Json]) -> list[Json]:
        about = {"application_id": str(self.world.bot.id), "version": "1", "default_member_permissions": None}
        self.commands = [{**one, **about, "id": str(snowflake())} for one in body]
        return self.commands

    def about_application(self) -> Json:
        owner = User("Owner").payload
        told: dict[str, Any] = {
            "id": str(self.world.bot.id), "name": "FL-BT", "icon": None, "description": "", "bot_public": True,
            "bot_require_code_grant": False, "verify_key": "0", "owner": owner, "team": None, "summary": "",
            "flags": 0, "rpc_origins": [],
        }  # fmt: skip
        return told


def _new_files(body: Json, files: Files) -> list[File]:
    about = {int(one["id"]): one for one in body.get("attachments", [])}
    return [
        File(
            _stripped(about.get(number, {}).get("filename") or name), content, about.get(number, {}).get("description")
        )
        for number, (name, content) in sorted(files.items())
    ]


def _stripped(name: str) -> str:
    """A file's name as Discord keeps it."""
    return re.sub(r"[^A-Za-z0-9._-]", "", name.replace(" ", "_")) or "unknown"
