"""Renditions of a separated track, in parts: a content, its encoding, and its package.

Everything else about a rendition is derived from these parts: its key, its files, their names and their sizes. A new
content is a class here and a line in `RENDERERS` of `worker/rendering/render.py`.
"""

from collections.abc import Sequence
from enum import StrEnum, unique
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from jobs.music.stems import Stem
from jobs.values import Value

# --- content -------------------------------------------------------------------------------------------------------


class ContentFile(NamedTuple):
    """One file of a content: `name` in the store, without extension, and `suffix` after the title, for people.

    `sums`: the stems added up in it. `stem`: its one stem, None for a mix.
    """

    name: str
    suffix: str
    sums: tuple[Stem, ...]
    stem: Stem | None = None


class Stems(Value):
    """Every stem of the track, each in a file."""

    kind: Literal["stems"] = "stems"

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The files for a track of these `stems`."""
        return tuple(ContentFile(stem, stem, (stem,), stem) for stem in stems)


class Mix(Value):
    """The sum of some stems, in one file."""

    kind: Literal["mix"] = "mix"
    stems: Annotated[tuple[Stem, ...], Field(min_length=1, max_length=len(Stem))]

    def files(self, stems: Sequence[Stem]) -> tuple[ContentFile, ...]:
        """The one file, for a track of these `stems`."""
        return (ContentFile("mix", self._suffix(stems), self.stems),)

    def _suffix(self, stems: Sequence[Stem]) -> str:
        """`no drums` if one stem is missing, else `vocals + bass`."""
        missing = [stem for stem in stems if stem not in self.stems]
        if len(missing) == 1 and missing != [Stem.ACCOMPANIMENT]:  # the vocals: not `no accompaniment`
            return f"no {missing[0]}"
        return " + ".join(stem for stem in stems if stem in self.stems)


Content = Annotated[Stems | Mix, Field(discriminator="kind")]


def content_of(mix: Sequence[Stem]) -> Stems | Mix:
    """A mix of these stems, or all stems apart if there are none."""
    return Mix(stems=tuple(mix)) if mix else Stems()


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


class Rendition(Value):
    """One delivered form of a separated track. Without an archive, its files are delivered one by one.

    Its JSON is flat and to the letter that of version 0.1.0: `kind` (`stems`, `mix` or `zip`), `format`, `mix`, `kbps`,
    `part_bytes`. The queue compares it as text, and older versions read it.
    """

    content: Content = Stems()
    encoding: Encoding
    package: Archive | None = None

    @property
    def key(self) -> str:
        """A name that is safe in paths and unique per rendition: `stems-mp3`, `mix-drums+bass-mp3`, `stems-mp3-128`."""
        mix = "+".join(self.content.stems) if isinstance(self.content, Mix) else ""
        split = f"by{self.package.part_bytes}" if self.package and self.package.part_bytes else ""
        return "-".join(part for part in (self._kind, mix, self.encoding.key, split) if part)

    @property
    def is_stem_files(self) -> bool:
        """Whether it is the stems as single files."""
        return isinstance(self.content, Stems) and self.package is None

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
        if kind == "mix" or (kind == "zip" and mix):
            content: object = {"kind": "mix", "stems": mix}
        else:
            content = {"kind": "stems" if kind == "zip" else kind}
        package = {"part_bytes": data.get("part_bytes", 0)} if kind == "zip" else None
        encoding = {"format": data.get("format"), "kbps": data.get("kbps", 0)}
        return {"content": content, "encoding": encoding, "package": package}

    @model_serializer(mode="wrap")
    def _flat(self, _: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {
            "kind": self._kind,
            "format": self.encoding.format.value,
            "mix": [stem.value for stem in self.content.stems] if isinstance(self.content, Mix) else [],
            "kbps": self.encoding.kbps,
            "part_bytes": self.package.part_bytes if self.package else 0,
        }
