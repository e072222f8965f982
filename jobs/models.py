"""What is asked, as it crosses the wall between front ends and worker: frozen, validated, JSON on the wire."""

import hashlib
import re
from enum import StrEnum, unique
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from jobs.separation_models import DEFAULT_MODEL, MODELS, Band, Extension, ModelInfo
from jobs.stems import Stem as Stem  # noqa: PLC0414 - one of the values


class Value(BaseModel):
    """A frozen value. Unknown fields are ignored, so that a newer bot and an older worker understand each other.

    Its numbers are finite: NaN would pass every comparison, and count as minutes of music for ever.
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


LONGEST_WORDS = 2000  # characters: the longest title on YouTube has 100
#: What strangers call things; longer ones are cut.
Words = Annotated[str, AfterValidator(lambda text: text[:LONGEST_WORDS])]
#: Seconds of sound, or bytes.
Amount = Annotated[float, Field(ge=0)]
Size = Annotated[int, Field(ge=0)]
Gain = Annotated[float, Field(gt=0)]


# --- what is to be separated -------------------------------------------------------------------------------

VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]$")]
UploadId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class YouTube(Value):
    """One video, known by its id; every URL we use is rebuilt from it."""

    kind: Literal["youtube"] = "youtube"
    video_id: VideoId

    @property
    def key(self) -> str:
        return f"youtube:{self.video_id}"

    @property
    def url(self) -> str:
        return f"https://www.youtube.com/watch?v={self.video_id}"


class Upload(Value):
    """A person's own file, lying in the store's inbox under `upload_id`.

    `name`, `title` and `performer` are what the person's side called it: for reading, never part of a path.
    `handle` is the front end's own pointer to the file (Telegram's `file_id`), empty where there is none. `bytes_` is
    its size, 0 where nobody knows.
    """

    kind: Literal["upload"] = "upload"
    upload_id: UploadId
    name: str = ""
    title: str | None = None
    performer: str | None = None
    seconds: float | None = None
    handle: str = ""
    bytes_: Annotated[int, Field(ge=0)] = 0

    @property
    def key(self) -> str:
        return f"upload:{self.upload_id}"


Source = Annotated[YouTube | Upload, Field(discriminator="kind")]


# --- how -----------------------------------------------------------------------------------------------------


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"no model {name[:40]!r}")
    return name


class Model(Value):
    """Which separation: a model of the table, and how its masks are used.

    `band` is how far up the network looks (11 kHz: F = 1024 bins; 16 kHz: F = 1536, same weights).
    `extension` is what happens above it: `average` continues the masks, so stems add up to the song;
    `zeros` is stock Spleeter, silent above the band. Both mean nothing to a model without masks.

    JSON of version 0.1.0 has the number of stems instead of the name. It is still written, so that a worker of that
    version separates what was asked for, and refuses a model that it does not know.
    """

    name: Annotated[str, AfterValidator(_known)] = DEFAULT_MODEL
    band: Band = "11k"
    extension: Extension = "average"

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, data: object) -> object:
        if isinstance(data, dict) and "stems" in data and "name" not in data:
            return {**data, "name": f"spleeter-{data['stems']}"}
        return data

    @model_serializer(mode="wrap")
    def _with_number(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        return {**dump(self), "stems": len(self.stems) if self.info.family == "spleeter" else 0}

    @property
    def info(self) -> ModelInfo:
        return MODELS[self.name]

    @property
    def stems(self) -> tuple[Stem, ...]:
        """In the order in which the model gives them."""
        return self.info.stems

    @property
    def key(self) -> str:
        return f"{self.info.key}-{self.band}-{self.extension}" if self.info.has_masks else self.info.key

    def named(self, name: str) -> "Model":
        """Another model, used alike. Raises `ValueError` when there is none of this name."""
        return Model(name=name, band=self.band, extension=self.extension)


@unique
class Format(StrEnum):
    """Encodings we deliver.

    WAV and FLAC hold integers of 24 bits, which end at full scale. WAV32 holds floats of 32 bits, which do not.
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
        """What people call it, in any language."""
        return "WAV 32-bit float" if self is Format.WAV32 else self.value.upper()

    @property
    def keeps_level(self) -> bool:
        """Whether samples above full scale survive, so that nothing has to be turned down."""
        return self is Format.WAV32


@unique
class Package(StrEnum):
    """How the stems are handed over."""

    ALBUM = "album"
    ZIP = "zip"
    BOTH = "both"


class Rendition(Value):
    """One delivered encoding of a separated track: all stems as files, all stems in a zip, or one mix of stems.

    `kbps` is a bit rate below the usual one, for MP3 and M4A that would otherwise be too large to send; 0: the usual.
    `part_bytes` splits a zip at file borders into archives of at most so many bytes, as far as single files allow it.
    """

    kind: Literal["stems", "zip", "mix"]
    format: Format
    mix: Annotated[tuple[Stem, ...], Field(max_length=len(Stem))] = ()
    kbps: Annotated[int, Field(ge=0, le=320)] = 0
    part_bytes: Annotated[int, Field(ge=0, lt=1 << 53)] = 0

    @property
    def key(self) -> str:
        """A name that is safe in paths and unique per rendition: `stems-mp3`, `mix-drums+bass-mp3`, `stems-mp3-128`."""
        rate = str(self.kbps) if self.kbps else ""
        split = f"by{self.part_bytes}" if self.part_bytes else ""
        return "-".join(part for part in (self.kind, "+".join(self.mix), self.format, rate, split) if part)


class Wish(Value):
    """What the asker wants back."""

    model: Model = Model()
    format: Format = Format.MP3
    package: Package = Package.ALBUM
    mix: tuple[Stem, ...] = ()  # instead of the stems, one mix of these

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """What has to be rendered for this wish, in the order of delivery."""
        if self.mix:
            return (Rendition(kind="mix", format=self.format, mix=self.mix),)
        stems = Rendition(kind="stems", format=self.format)
        zipped = Rendition(kind="zip", format=self.format)
        match self.package:
            case Package.ALBUM:
                return (stems,)
            case Package.ZIP:
                return (zipped,)
            case Package.BOTH:
                return (stems, zipped)


class TrackId(str):
    """The key of a track. Twenty-four hex digits, safe in paths and Redis keys.

    The store takes nothing else for a path. Raises `ValueError` for any other text, wherever it came from.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "TrackId":
        if re.fullmatch(r"[0-9a-f]{24}", text) is None:
            raise ValueError(f"no track id: {text[:40]!r}")
        return super().__new__(cls, text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


def track_id(source: YouTube | Upload, model: Model) -> TrackId:
    """The key of a track: source + model.

    A digest, since video ids differ in case alone and some file systems do not tell case apart.
    """
    return TrackId(hashlib.sha256(f"{source.key}|{model.key}".encode()).hexdigest()[:24])


class Request(Value):
    """Who wants what, and where to answer. Written before anyone is told that it was accepted.

    `chat` and `asker` are names with the platform in front (`telegram:-100123`); `address` is the front end's
    own note of where to answer, opaque to everyone else.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    platform: str
    chat: str
    asker: str
    address: str = ""
    language: str = "en"
    source: Source
    wish: Wish = Wish()
    quiet: bool = False  # something else shows how far it is: it gets a card when it is done, or failed
    created_at: float  # seconds since the epoch

    @property
    def track_id(self) -> TrackId:
        return track_id(self.source, self.wish.model)


def request_id(chat: str, message: str, source: YouTube | Upload, turn: str = "") -> str:
    """A request's id from chat, message and source, so that a redelivered update makes no second request."""
    return hashlib.sha256(f"{chat}|{message}|{source.key}|{turn}".encode()).hexdigest()[:16]
