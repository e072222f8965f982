"""Parameters and uploaded parts of requests, and kinds of files by their first bytes."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.peers.botapi.limits import PHOTO_BYTES, check_thumbnail
from tests.peers.botapi.world import File, Json, bad


@dataclass
class Part:
    """One uploaded file of a multipart request."""

    name: str
    content: bytes
    mime: str


@dataclass
class Params:
    """The parameters of one request: plain text, and uploaded parts by field name."""

    fields: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def number(self, name: str) -> int | None:
        value = self.fields.get(name, "")
        if not value:
            return None
        try:
            return int(float(value))
        except ValueError:
            raise bad(f"can't parse {name}: expected a number") from None

    def yes(self, name: str) -> bool:
        return self.fields.get(name, "").lower() in ("true", "1", "yes")

    def json(self, name: str) -> Any:
        value = self.fields.get(name, "")
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None


def sniff(content: bytes) -> str:
    """The kind of a file: mp3, m4a, flac, wav, ogg, zip, jpeg, png or other."""
    starts = {b"ID3": "mp3", b"fLaC": "flac", b"RIFF": "wav", b"OggS": "ogg", b"PK\x03\x04": "zip"}
    starts |= {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n": "png"}
    for start, kind in starts.items():
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp":
        return "m4a"
    # An MPEG audio frame: eleven sync bits, and layer III.
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2:
        return "mp3"
    return "other"


@dataclass
class Shelf:
    """All files, by `file_id`."""

    local: bool = False
    files: dict[str, File] = field(default_factory=dict)

    def put(self, file: File) -> File:
        self.files[file.id] = file
        return file

    def new_id(self, kind: str) -> str:
        return f"{kind}-file-id-{len(self.files) + 1:08d}"

    def take(self, params: Params, kind: str, source: str, about: Json) -> File:
        """The file of a bot's request: an uploaded part, a `file_id`, or a local path on a self-hosted server.

        `source` is the parameter's value, `about` the bot's further parameters (title, performer, thumbnail, …).
        """
        part = self._part(params, kind, source)
        if part is None:
            return self._known(kind, source)
        if not part.content:
            raise bad("file must be non-empty")
        what = sniff(part.content)
        if kind == "audio" and what not in ("mp3", "m4a"):
            raise bad(f"wrong type of the audio file: {what}")
        if kind == "photo" and (what not in ("jpeg", "png") or len(part.content) > PHOTO_BYTES):
            raise bad("IMAGE_PROCESS_FAILED")
        named = "" if kind == "photo" else part.name
        file = File(self.new_id(kind), kind, part.content, named, part.mime, thumbnail=self._thumbnail(params, about))
        if kind == "audio":
            file.title, file.performer = str(about.get("title") or ""), str(about.get("performer") or "")
            file.seconds = int(float(about.get("duration") or 0))
        return self.put(file)

    def _part(self, params: Params, kind: str, source: str) -> Part | None:
        if source.startswith("attach://"):
            part = params.parts.get(source.removeprefix("attach://"))
            if part is None:
                raise bad(f'attached file "{source}" not found')
            return part
        if source.startswith("file://"):
            if not self.local:
                raise bad("can't use local files without --local")
            path = Path(unquote(urlsplit(source).path))
            return Part(path.name, path.read_bytes(), "")
        if source:
            return None
        if kind not in params.parts:
            raise bad(f"there is no {kind} in the request")
        return params.parts[kind]

    def _known(self, kind: str, file_id: str) -> File:
        file = self.files.get(file_id)
        if file is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise bad(f"can't use file of type {file.kind.capitalize()} as {kind.capitalize()}")
        return file

    def _thumbnail(self, params: Params, about: Json) -> bytes:
        source = str(about.get("thumbnail") or "")
        part = self._part(params, "thumbnail", source) if source else params.parts.get("thumbnail")
        if source and part is None:
            raise bad("thumbnails can't be reused and can be only uploaded as a new file")
        if part is None:
            return b""
        check_thumbnail(part.content)
        return part.content
