"""The state of this small Telegram: persons, places, messages, files; and their JSON."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.peers.botapi.detecting import detected

Json = dict[str, Any]

#: Seconds to wait for an answer, also on a busy machine.
PATIENCE = 120.0

BOT_ID = 7000001
BOT_USERNAME = "fl_bt_test_bot"


class Refused(Exception):  # noqa: N818 - an answer, not an error of the server
    """A refusal of the Bot API: `code`, `description` and `parameters` as Telegram's."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def __str__(self) -> str:
        return self.description


def bad(description: str, **parameters: int) -> Refused:
    return Refused(400, f"Bad Request: {description}", **parameters)


@dataclass
class Person:
    id: int
    name: str
    language: str = "en"
    username: str = ""

    def to_json(self) -> Json:
        known = {"username": self.username} if self.username else {}
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language, **known}


BOT_JSON: Json = {"id": BOT_ID, "is_bot": True, "first_name": "FL-BT", "username": BOT_USERNAME}

#: Telegram's senders in place of an admin who writes as the group, and of a person who writes as a channel.
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}


@dataclass
class File:
    """A stored file. `size` may be claimed without the bytes."""

    id: str
    kind: str  # audio, document, voice, video, video_note, photo
    content: bytes
    name: str = ""
    mime: str = ""
    title: str = ""
    performer: str = ""
    seconds: int = 0
    thumbnail: bytes = b""
    size: int = 0

    @property
    def bytes_(self) -> int:
        return self.size or len(self.content)

    def to_json(self) -> Any:
        known: Json = {"file_id": self.id, "file_unique_id": f"u{self.id[-12:]}", "file_size": self.bytes_}
        if self.kind == "photo":
            return [{**known, "width": 640, "height": 480}]
        if self.kind in ("video", "video_note"):
            known |= {"width": 320, "height": 240, "length": 240}
        if self.kind != "document":
            known |= {"duration": self.seconds}
        named = {"file_name": self.name, "mime_type": self.mime, "title": self.title, "performer": self.performer}
        if self.thumbnail:
            known["thumbnail"] = {"file_id": f"t{self.id}", "file_unique_id": f"tu{self.id[-12:]}"}
            known["thumbnail"] |= {"width": 320, "height": 320, "file_size": len(self.thumbnail)}
        return known | {name: value for name, value in named.items() if value}


@dataclass
class Message:
    """A message as a person sees it. `text` is the caption of a file; `edits` are the earlier texts."""

    place: "Place"
    id: int
    sender: Person | None  # None: the bot
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    file: File | None = None
    album: str = ""
    buttons: list[list[Json]] = field(default_factory=list)
    reply_to: "Message | None" = None
    topic: int | None = None
    edits: list[str] = field(default_factory=list)
    reaction: str = ""  # the bot's
    deleted: bool = False
    service: Json = field(default_factory=dict)
    mask: "Place | None" = None  # the group or channel in whose name its sender wrote
    date: int = field(default_factory=lambda: int(time.time()))
    edited_at: float = 0.0

    @property
    def is_bots(self) -> bool:
        return self.sender is None

    @property
    def is_card(self) -> bool:
        """Whether the bot wrote it, with or without a picture."""
        return self.is_bots and (self.file is None or self.file.kind == "photo")

    @property
    def found(self) -> list[Json]:
        """Entities that Telegram detected in the bot's text, beside those that the bot gave."""
        return detected(self.text) if self.is_bots and not self.entities else []

    @property
    def tappable(self) -> set[str]:
        """The parts of the bot's text that react to a tap."""
        wide = self.text.encode("utf-16-le")
        parts = [(2 * one["offset"], 2 * (one["offset"] + one["length"])) for one in self.found]
        return {wide[start:end].decode("utf-16-le") for start, end in parts}

    @property
    def labels(self) -> list[str]:
        """The texts of its buttons, row by row."""
        return [button["text"] for row in self.buttons for button in row]

    @property
    def thread(self) -> int | None:
        """The thread in the JSON: the topic of a forum, or a reply's thread in another supergroup."""
        if self.topic is not None:
            return self.topic
        if self.place.kind == "supergroup" and not self.place.forum and self.reply_to is not None:
            return self.reply_to.thread or self.reply_to.id
        return None

    def to_json(self, *, deep: bool = True) -> Json:
        wire: Json = {"message_id": self.id, "date": self.date, "chat": self.place.to_json(), **self.service}
        wire["from"] = BOT_JSON if self.sender is None else self.sender.to_json()
        if self.mask is not None:
            wire |= {"from": ANONYMOUS if self.mask is self.place else CHANNEL, "sender_chat": self.mask.to_json()}
        if self.thread is not None:
            wire |= {"message_thread_id": self.thread} | ({"is_topic_message": True} if self.place.forum else {})
        if self.file is not None:
            wire[self.file.kind] = self.file.to_json()
        name = "text" if self.file is None else "caption"
        if self.text:
            wire[name] = self.text
            if entities := [*self.entities, *self.found]:
                wire["entities" if name == "text" else "caption_entities"] = entities
        if self.album:
            wire["media_group_id"] = self.album
        if self.buttons:
            wire["reply_markup"] = {"inline_keyboard": self.buttons}
        if self.edits:
            wire["edit_date"] = int(self.edited_at)
        if deep and self.reply_to is not None and not self.reply_to.deleted:
            wire["reply_to_message"] = self.reply_to.to_json(deep=False)
        elif deep and self.topic is not None:
            wire["reply_to_message"] = self._beginning_of_topic()
        return wire

    def _beginning_of_topic(self) -> Json:
        """The topic's first message, to which messages in a topic reply by default."""
        created = {"name": self.place.topics.get(self.topic or 0, ""), "icon_color": 7322096}
        about = {"message_id": self.topic, "date": 1, "chat": self.place.to_json(), "is_topic_message": True}
        return about | {"message_thread_id": self.topic, "forum_topic_created": created}

    def lines(self) -> Iterator[str]:
        """The message in a transcript."""
        who = "bot" if self.sender is None else self.sender.name
        said = self.text.splitlines() or ([] if self.file or self.service else [""])
        if self.file is not None:
            label = " - ".join(part for part in (self.file.performer, self.file.title) if part)
            said = [f"[{self.file.kind} {self.file.name} {label} {self.file.bytes_} bytes]", *said]
        for index, line in enumerate([*said, *(str(self.service) for _ in self.service)]):
            yield f"{who + ':' if index == 0 else '':<12} {line}"
        for row in self.buttons:
            yield " " * 13 + " ".join(f"[{button['text']}]" for button in row)


@dataclass
class Place:
    """A private chat or a group. `topics` are the threads of a forum; `admins` are ids, the first one created it."""

    id: int
    kind: str  # private, group, supergroup
    title: str
    members: list[Person]
    admins: list[int] = field(default_factory=list)
    forum: bool = False
    topics: dict[int, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    opened: bool = True  # a private chat is opened by the person's first message
    blocked: bool = False  # by the person, or kicked from the group
    bot_is_admin: bool = False
    reactions: bool = True  # members may react to messages
    moved_to: int | None = None
    next_id: int = 1

    @property
    def is_group(self) -> bool:
        return self.kind != "private"

    def to_json(self) -> Json:
        if not self.is_group:
            person = self.members[0].to_json()
            shown: Json = {key: person[key] for key in ("first_name", "username") if key in person}
            return {"id": self.id, "type": self.kind, **shown}
        return {"id": self.id, "type": self.kind, "title": self.title, **({"is_forum": True} if self.forum else {})}

    def add(self, message: Message) -> Message:
        self.messages.append(message)
        return message

    def take_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1

    def find(self, message_id: int) -> Message | None:
        return next((one for one in self.messages if one.id == message_id and not one.deleted), None)

    def transcript(self) -> str:
        """The chat as text, as a person sees it."""
        return "\n".join(line for message in self.messages if not message.deleted for line in message.lines())
