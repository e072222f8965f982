"""Renditions of a separated track, in parts: a content, an effect, an encoding, and a package.

Everything else about a rendition is derived from these parts: its key, its files, their names and their sizes. A new
content is a class in `jobs/music/contents.py`.
"""

import hashlib
import json
from collections.abc import Sequence
from enum import StrEnum, unique
from typing import Annotated, Final

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from jobs.music.contents import STEM_FILE, AnyContent, Chart, Content, ContentFile, Mix, Notes, Player, Stems
from jobs.music.effects import PLAIN, Effect
from jobs.music.stems import Stem
from jobs.values import Value

# --- encoding ------------------------------------------------------------------------------------------------------


@unique
class Format(StrEnum):
    """Encodings of delivered files.

    WAV and FLAC hold integers of 24 bits, limited to full scale. WAV32 holds floats of 32 bits, without that limit.
    """

    MP3 = "mp3"
    M4A = "m4a"
    FLAC = "flac"
    WAV = "wav"
    WAV32 = "wav32"

    @property
    def extension(self) -> str:
        """Of file names, without the dot."""
        return "wav" if self is Format.WAV32 else self.value

    @property
    def label(self) -> str:
        """Its name for people, in any language."""
        return "WAV 32-bit float" if self is Format.WAV32 else self.value.upper()

    @property
    def keeps_level(self) -> bool:
        """Whether it keeps samples above full scale, so that no gain is needed."""
        return self is Format.WAV32

    @property
    def is_lossy(self) -> bool:
        """Whether it has a choice of bit rates."""
        return self in (Format.MP3, Format.M4A)


class Encoding(Value):
    """A format and a bit rate. `kbps`: a bit rate below the usual one, for lossy formats; 0: the usual."""

    format: Format
    kbps: Annotated[int, Field(ge=0, le=320)] = 0

    @property
    def key(self) -> str:
        return f"{self.format}-{self.kbps}" if self.kbps else self.format.value


PLAYER_KBPS: Final = 128  # of each stem in a player's page, where nothing asks for less

# --- package -------------------------------------------------------------------------------------------------------


@unique
class Package(StrEnum):
    """How stems are delivered."""

    ALBUM = "album"
    ZIP = "zip"
    BOTH = "both"


class Archive(Value):
    """A zip. `part_bytes`: the size of an archive at most, unless a single file is larger; files are not split; 0: one
    archive.
    """

    part_bytes: Annotated[int, Field(ge=0, lt=1 << 53)] = 0


def newer(content: AnyContent, effect: Effect) -> dict[str, object]:
    """The fields that version 0.1.0 does not know, where they say something."""
    fields: dict[str, object] = {}
    if not isinstance(content, Stems | Mix):
        fields["content"] = content.model_dump(mode="json")
    if isinstance(content, Mix) and any(content.levels):
        fields["levels"] = list(content.levels)
    if effect != PLAIN:
        fields["effect"] = effect.model_dump(mode="json")
    return fields


class Rendition(Value):
    """One delivered form of a separated track. Without an archive, its files are delivered one by one.

    Its JSON is flat and to the letter that of version 0.1.0: `kind` (`stems`, `mix` or `zip`), `format`, `mix`, `kbps`,
    `part_bytes`. The queue compares it as text, and older versions read it. `levels`, `effect` and other contents are
    newer: they are left out where there are none.
    """

    content: Content = Stems()
    effect: Effect = PLAIN
    encoding: Encoding
    package: Archive | None = None

    @property
    def key(self) -> str:
        """A name that is safe in paths and unique per rendition: `stems-mp3`, `mix-drums+bass-mp3`, `stems-mp3-128`.

        At most 40 characters for files, since buttons hold it: levels and effects are a digest, `mix-3fa9c2d11e-mp3`.
        """
        mix = "+".join(self.content.stems) if isinstance(self.content, Mix) else ""
        if treatment := newer(self.content, self.effect):
            mix = hashlib.sha256(f"{mix}|{json.dumps(treatment, sort_keys=True)}".encode()).hexdigest()[:10]
        split = f"by{self.package.part_bytes}" if self.package and self.package.part_bytes else ""
        return "-".join(part for part in (self._kind, mix, self.encoding.key, split) if part)

    @property
    def is_page(self) -> bool:
        """Whether it is a player's page."""
        return isinstance(self.content, Player)

    @property
    def is_stem_files(self) -> bool:
        """Whether it is the stems as single files, as they were separated."""
        return isinstance(self.content, Stems) and self.package is None and self.effect == PLAIN

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """Its files, for a track of these `stems`."""
        files = self.content.files(stems)
        if self.effect != PLAIN:  # programs that read a stem file change key and tempo themselves
            files = tuple(file for file in files if file.name != STEM_FILE)
        if not (label := self.effect.label):
            return files
        return tuple(file._replace(heard=f"{file.heard}, {label}") for file in files)

    def name_of(self, file: ContentFile) -> str:
        """The name of a file in the store."""
        return f"{file.name}.{file.extension or self.encoding.format.extension}"

    @property
    def is_sound(self) -> bool:
        """Whether it is sound, in its encoding. Else the encoding means nothing, but for the sound in a page."""
        return not isinstance(self.content, Chart | Notes | Player)

    @property
    def needs_analysis(self) -> bool:
        """Whether it is made with what was found in the song, where that is known."""
        plain = isinstance(self.content, Stems | Mix)
        return not plain or self.effect.needs_beats or self.effect.passage is not None

    @property
    def _kind(self) -> str:
        return "zip" if self.package else self.content.kind

    def encoded(self, format_: Format, kbps: int = 0) -> "Rendition":
        """The same content and package in another encoding."""
        return self.model_copy(update={"encoding": Encoding(format=format_, kbps=kbps)})

    @property
    def unpacked(self) -> "Rendition":
        """The same files without an archive."""
        return self.model_copy(update={"package": None})

    @model_validator(mode="before")
    @classmethod
    def _from_flat(cls, data: object) -> object:
        if not isinstance(data, dict) or "kind" not in data:
            return data
        kind, mix = data["kind"], data.get("mix") or ()
        content: object = data.get("content")
        if content is not None:
            pass
        elif kind == "mix" or (kind == "zip" and mix):
            content = {"kind": "mix", "stems": mix, "levels": data.get("levels") or ()}
        else:
            content = {"kind": "stems" if kind == "zip" else kind}
        package = {"part_bytes": data.get("part_bytes", 0)} if kind == "zip" else None
        encoding = {"format": data.get("format"), "kbps": data.get("kbps", 0)}
        return {"content": content, "effect": data.get("effect") or PLAIN, "encoding": encoding, "package": package}

    @model_serializer(mode="wrap")
    def _flat(self, _: SerializerFunctionWrapHandler) -> dict[str, object]:
        flat: dict[str, object] = {
            "kind": self._kind,
            "format": self.encoding.format.value,
            "mix": [stem.value for stem in self.content.stems] if isinstance(self.content, Mix) else [],
            "kbps": self.encoding.kbps,
            "part_bytes": self.package.part_bytes if self.package else 0,
        }
        return flat | newer(self.content, self.effect)
