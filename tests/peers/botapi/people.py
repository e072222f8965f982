"""Actions of persons: write, send files, press buttons, block, and wait for the bot."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.peers.botapi.limits import units
from tests.peers.botapi.world import BOT_JSON, BOT_USERNAME, PATIENCE, File, Json, Message, Person, Place

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w+)?")),
    ("mention", re.compile(r"(?<!\w)@\w{3,32}(?!/)")),
    ("url", re.compile(r"https?://[^\s<>\"]+|\b(?:www\.)?(?:[a-z0-9-]+\.)+(?:com|be|org|net)\b[^\s<>\"]*")),
)


def find_entities(text: str) -> list[Json]:
    """Commands, mentions and links in a person's message, as marked by Telegram's servers."""
    found: list[Json] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start, length = units(text[: match.start()]), units(match[0])
            if not any(one["offset"] <= start < one["offset"] + one["length"] for one in found):
                found.append({"type": kind, "offset": start, "length": length})
    return sorted(found, key=lambda one: int(one["offset"]))


@dataclass
class Press:
    """A pressed button. `text` is the toast or alert that the bot answered with."""

    id: str
    at: float
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    text: str = ""
    alert: bool = False

    async def answer(self, seconds: float = PATIENCE) -> str:
        await asyncio.wait_for(self.answered.wait(), seconds)
        return self.text


class Chat(Place):
    """A chat with the actions of its persons. `by` is the acting person, by default the first member."""

    server: "BotApi"

    async def say(
        self,
        text: str,
        *,
        by: Person | None = None,
        entities: Sequence[Json] = (),
        reply_to: Message | None = None,
        topic: int | None = None,
        mask: Place | None = None,
    ) -> Message:
        """Write a message. `entities` are added to the commands, mentions and links found in the text.

        `mask`: the group or channel in whose name the person writes.
        """
        marks = [*find_entities(text), *entities]
        return self._arrive(by, text=text, entities=marks, reply_to=reply_to, topic=topic, mask=mask)

    def _arrive(self, by: Person | None, **what: Any) -> Message:
        self.opened = True
        message = self.add(Message(self, self.take_id(), by or self.members[0], **what))
        if self._bot_sees(message):
            self.server.updates.add("message", message.to_json())
        self.server.notice()
        return message

    def _bot_sees(self, message: Message) -> bool:
        if self.blocked:
            return False
        if not self.is_group or not self.server.privacy or self.bot_is_admin or message.service:
            return True
        if message.reply_to is not None and message.reply_to.is_bots:
            return True
        for entity in message.entities:
            wide = message.text.encode("utf-16-le")
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            word = wide[start:end].decode("utf-16-le").lower()
            if entity["type"] == "bot_command" and word.partition("@")[2] in ("", BOT_USERNAME):
                return True
            if entity["type"] == "mention" and word == f"@{BOT_USERNAME}":
                return True
        return False

    async def send_file(
        self,
        kind: str,
        content: bytes,
        *,
        by: Person | None = None,
        caption: str = "",
        reply_to: Message | None = None,
        topic: int | None = None,
        album: str = "",
        **about: Any,
    ) -> Message:
        """Send a file. `about`: name, mime, title, performer, seconds, and `size` to claim more than `content` has."""
        file = self.server.shelf.put(File(self.server.shelf.new_id(kind), kind, content, **about))
        marks = find_entities(caption)
        return self._arrive(by, text=caption, entities=marks, file=file, reply_to=reply_to, topic=topic, album=album)

    async def send_album(self, files: Sequence[Json], *, by: Person | None = None, caption: str = "") -> list[Message]:
        """Send files as one album, with a caption under the first. `files`: of each, what `send_file` takes."""
        album = f"album{self.server.serial()}"
        sent = []
        for place, one in enumerate(files):
            about: Json = {"kind": "audio", "caption": "" if place else caption} | one
            sent.append(await self.send_file(**about, by=by, album=album))
        return sent

    async def send_audio(self, content: bytes, **about: Any) -> Message:
        return await self.send_file("audio", content, **{"mime": "audio/mpeg", "name": "song.mp3"} | about)

    async def send_document(self, content: bytes, **about: Any) -> Message:
        return await self.send_file("document", content, **about)

    async def press(self, message: Message, label: str, *, by: Person | None = None) -> Press:
        """Press the button whose text is, or else contains, `label`."""
        buttons = [button for row in message.buttons for button in row]
        found = [one for one in buttons if one["text"] == label] or [one for one in buttons if label in one["text"]]
        assert found, f"no button {label!r} among {message.labels} under {message.text!r}"
        return await self.press_data(message, found[0]["callback_data"], by=by)

    async def press_data(self, message: Message, data: str, *, by: Person | None = None) -> Press:
        """A press from an outdated screen, whose button may have been removed."""
        press = Press(f"query{self.server.serial()}", self.server.clock())
        self.server.presses[press.id] = press
        person = (by or self.members[0]).to_json()
        query = {"id": press.id, "from": person, "message": message.to_json(), "data": data}
        self.server.updates.add("callback_query", query | {"chat_instance": str(self.id)})
        return press

    async def until(self, predicate: Callable[[Message], bool], seconds: float = PATIENCE) -> Message:
        """Waits for a message of the bot for which `predicate` holds, and returns the newest."""

        def found() -> Message | None:
            bots = (one for one in reversed(self.messages) if one.is_bots and not one.deleted)
            return next((one for one in bots if predicate(one)), None)

        return await self.server.until(found, seconds, self.transcript)

    def from_bot(self) -> list[Message]:
        return [message for message in self.messages if message.is_bots and not message.deleted]

    def delete(self, message: Message) -> None:
        """A person deletes a message. Bots are not told."""
        message.deleted = True
        self.server.notice()

    def block(self, *, by: Person | None = None) -> None:
        """The person blocks the bot, or the group removes it."""
        self._bot_becomes("member", "kicked", by)

    def _bot_becomes(self, before: str, after: str, by: Person | None) -> None:
        self.blocked = after == "kicked"
        ends = {"kicked": {"until_date": 0}}
        change = {"chat": self.to_json(), "from": (by or self.members[0]).to_json(), "date": 1}
        change["old_chat_member"] = {"status": before, "user": BOT_JSON, **ends.get(before, {})}
        change["new_chat_member"] = {"status": after, "user": BOT_JSON, **ends.get(after, {})}
        self.server.updates.add("my_chat_member", change)

    def add_bot(self, *, by: Person | None = None) -> None:
        """The service message and member update of a bot that was just added to the group."""
        self._bot_becomes("left", "member", by)
        self._arrive(by, service={"new_chat_members": [BOT_JSON]})

    def upgrade(self) -> "Chat":
        """The group becomes a supergroup: a new id, and the old one refuses with `migrate_to_chat_id`."""
        assert self.kind == "group", "only a basic group becomes a supergroup"
        new = self.server.group(self.title, self.members, admins=self.admins)
        self.moved_to = new.id
        self._arrive(None, service={"migrate_to_chat_id": new.id})
        new._arrive(None, service={"migrate_from_chat_id": self.id})
        return new
