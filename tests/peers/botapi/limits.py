"""Telegram's refusals: lengths, buttons, pictures, and flood control."""

import json
import struct
from collections import defaultdict, deque
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.peers.botapi.world import Json, Place, bad

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
CALLBACK_BYTES = 64
ACTIONS = {"callback_data", "url", "web_app", "switch_inline_query", "switch_inline_query_current_chat"}
ALBUM = range(2, 11)
CLOUD_UPLOAD = 50 << 20  # bytes of one request's body
LOCAL_UPLOAD = 2000 << 20
CLOUD_DOWNLOAD = 20 << 20
PHOTO_BYTES = 10 << 20
THUMBNAIL_BYTES = 200 * 1000
THUMBNAIL_SIDE = 320
ANSWER_UNITS = 200


def units(text: str) -> int:
    """Telegram's length: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text: str) -> None:
    if not text.strip():
        raise bad("message text is empty")
    if units(text) > TEXT_UNITS:
        raise bad("message is too long")


def check_caption(text: str) -> None:
    if units(text) > CAPTION_UNITS:
        raise bad("message caption is too long")


def check_entities(text: str, entities: Any) -> list[Json]:
    """Entities given by the bot: inside the text, with the fields of their kind."""
    if not isinstance(entities, list):
        raise bad("can't parse entities: expected an Array of MessageEntity")
    for entity in entities:
        start, length = entity.get("offset"), entity.get("length")
        if not isinstance(start, int) or not isinstance(length, int) or start < 0 or length < 1:
            raise bad("can't parse entities: wrong offset or length")
        if start + length > units(text):
            raise bad(f"entity beginning at UTF-16 offset {start} ends after the end of the text")
    return list(entities)


def check_keyboard(markup: str, place: Place) -> list[list[Json]]:
    """The rows of an inline keyboard in a chat; other keyboards are accepted without buttons."""
    if not markup:
        return []
    try:
        wire = json.loads(markup)
    except ValueError:
        raise bad("can't parse reply keyboard markup JSON object") from None
    if not isinstance(wire, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in wire:
        if not wire.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
            raise bad("can't parse reply keyboard markup: unknown type")
        return []
    rows: list[list[Json]] = [row for row in wire["inline_keyboard"] if row]
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        _check_button(button, place)
    return rows


def _check_button(button: Json, place: Place) -> None:
    if not str(button.get("text", "")).strip():
        raise bad("inline keyboard button text is empty")
    actions = button.keys() & ACTIONS
    if len(actions) != 1:
        raise bad("inline keyboard button must have exactly one action")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= CALLBACK_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not str(button["url"]).startswith(("https://", "http://", "tg://")):
        raise bad("BUTTON_URL_INVALID")
    if "web_app" in button:
        if place.is_group:
            raise bad("BUTTON_TYPE_INVALID")
        if not str(button["web_app"].get("url")).startswith("https://"):
            raise bad("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height from a JPEG's frame header (ISO/IEC 10918-1, B.2.2), None when it is no JPEG."""
    if content[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = struct.unpack(">BH", content[at + 1 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def check_thumbnail(content: bytes) -> None:
    size = jpeg_size(content)
    if size is None:
        raise bad("thumbnail must be a JPEG")
    if len(content) > THUMBNAIL_BYTES or max(size) > THUMBNAIL_SIDE:
        raise bad("thumbnail is too big")


@dataclass
class Pace:
    """Flood control. `ask` returns 0, or the seconds to wait; earlier calls are recorded in `impatient`.

    Telegram's published limits are the defaults; its tolerance for short bursts is `burst`.
    """

    chat_seconds: float = 1.0  # between messages of one chat
    burst: int = 3
    group_per_minute: int = 20
    per_second: int = 30
    impatient: list[tuple[int, float]] = field(default_factory=list)
    _spare: dict[int, tuple[float, float]] = field(default_factory=dict)
    _group: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _all: deque[float] = field(default_factory=deque)
    _until: dict[int, float] = field(default_factory=dict)

    def ask(self, place: Place, messages: int, now: float) -> int:
        until = self._until.get(place.id, 0.0)
        if now < until:
            self.impatient.append((place.id, now))
            return ceil(until - now)
        wait = self._wait(place, now)
        if wait > 0:
            self._until[place.id] = now + ceil(wait)
            return ceil(wait)
        spare, _ = self._spare.get(place.id, (float(self.burst), now))
        self._spare[place.id] = (spare - messages, now)
        for _ in range(messages):
            self._all.append(now)
            self._group[place.id].append(now)
        return 0

    def _wait(self, place: Place, now: float) -> float:
        spare, seen = self._spare.get(place.id, (float(self.burst), now))
        spare = min(float(self.burst), spare + (now - seen) / self.chat_seconds)
        self._spare[place.id] = (spare, now)
        waits = [(1 - spare) * self.chat_seconds, _window(self._all, self.per_second, 1.0, now)]
        if place.is_group:
            waits.append(_window(self._group[place.id], self.group_per_minute, 60.0, now))
        return max(0.0, *waits)


def _window(times: deque[float], most: int, seconds: float, now: float) -> float:
    while times and times[0] <= now - seconds:
        times.popleft()
    return times[len(times) - most] + seconds - now if len(times) >= most else 0.0
