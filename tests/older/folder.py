"""A data folder of version 0.1.0, as it was when the process group was killed, and the chat that belongs to it.

`version-0.1.0.tar.xz` holds `queue` (an append-only file of Valkey), `store`, and `chat.json`. A run of version 0.1.0
wrote them, for one person in a private chat:

- the first song was separated, delivered as an album of MP3, and a mix of it (`no vocals`) by a button;
- then the person chose a zip in /settings;
- the second song was separated and its zip rendered, while the platform refused every file with an error 500;
- the third song was asked for while the worker stood still.
"""

import json
import os
import re
import tarfile
import time
from pathlib import Path
from typing import Final

from tests.peers.botapi import BotApi, Chat, Message
from tests.peers.botapi.world import File
from tests.peers.videos import Video

ARCHIVE: Final = Path(__file__).parent / "version-0.1.0.tar.xz"
WRITTEN_AT: Final = 1795799486  # seconds since the epoch
PERSON: Final = 4711

FIRST, SECOND, THIRD = (
    Video(video_id, title=f"Some Band - {name} Song", seconds=1)
    for video_id, name in (("jNQXAC9IVRw", "First"), ("dQw4w9WgXcQ", "Second"), ("9bZkp7q19f0", "Third"))
)


def unpack(into: Path) -> None:
    """Unpack the folder as if it had been left just now: files are fresh, and keys expire as late as they did then."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(into, filter="data")
    now = time.time()
    for path in into.rglob("*"):
        os.utime(path, (now, now))
    (log,) = into.glob("queue/appendonlydir/*.incr.aof")
    log.write_bytes(_later(log.read_bytes(), round((now - WRITTEN_AT) * 1000)))


def _later(log: bytes, milliseconds: int) -> bytes:
    """The append-only file with all times of expiry moved."""

    def moved(found: "re.Match[bytes]") -> bytes:
        value = b"%d" % (int(found[2]) + milliseconds)
        return b"%s$%d\r\n%s\r\n" % (found[1], len(value), value)

    log = re.sub(rb"(\$4\r\nPXAT\r\n)\$\d+\r\n(\d+)\r\n", moved, log)
    return re.sub(rb"(\$9\r\nPEXPIREAT\r\n\$\d+\r\n[^\r]*\r\n)\$\d+\r\n(\d+)\r\n", moved, log)


def reopen(server: BotApi, data: Path) -> Chat:
    """The chat as it was, with its messages, buttons and files."""
    chat = server.private(server.person("Ana", id=PERSON))
    chat.opened = True
    for one in json.loads((data / "chat.json").read_text()):
        file = None
        if one["file_id"]:
            file = server.shelf.put(File(one["file_id"], one["file"], b"as it was", one["name"]))
        sender = None if one["bot"] else chat.members[0]
        replied = chat.find(one["reply_to"]) if one["reply_to"] else None
        chat.add(Message(chat, one["id"], sender, one["text"], file=file, buttons=one["buttons"], reply_to=replied))
        chat.next_id = one["id"] + 1
    return chat
