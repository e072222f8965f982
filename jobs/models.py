"""Requests and orders between front ends and worker: frozen, validated values, JSON on the wire."""

import hashlib
import re
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from jobs.music.contents import Chart as Chart  # noqa: PLC0414
from jobs.music.contents import Click as Click  # noqa: PLC0414
from jobs.music.contents import Content as Content  # noqa: PLC0414
from jobs.music.contents import Deck as Deck  # noqa: PLC0414
from jobs.music.contents import Mix as Mix  # noqa: PLC0414
from jobs.music.contents import Notes as Notes  # noqa: PLC0414
from jobs.music.contents import Player as Player  # noqa: PLC0414
from jobs.music.contents import Session as Session  # noqa: PLC0414
from jobs.music.contents import Stems as Stems  # noqa: PLC0414
from jobs.music.effects import PLAIN
from jobs.music.effects import Effect as Effect  # noqa: PLC0414 - the values, in one place
from jobs.music.separation_models import DEFAULT_MODEL, MODELS, Band, Extension, ModelInfo
from jobs.music.stems import Stem as Stem  # noqa: PLC0414
from jobs.renditions import PLAYER_KBPS, newer
from jobs.renditions import Archive as Archive  # noqa: PLC0414
from jobs.renditions import Encoding as Encoding  # noqa: PLC0414
from jobs.renditions import Format as Format  # noqa: PLC0414
from jobs.renditions import Package as Package  # noqa: PLC0414
from jobs.renditions import Rendition as Rendition  # noqa: PLC0414
from jobs.values import LONGEST_WORDS as LONGEST_WORDS  # noqa: PLC0414
from jobs.values import Amount as Amount  # noqa: PLC0414
from jobs.values import Gain as Gain  # noqa: PLC0414
from jobs.values import Size as Size  # noqa: PLC0414
from jobs.values import Value as Value  # noqa: PLC0414
from jobs.values import Words as Words  # noqa: PLC0414

# --- sources ------------------------------------------------------------------------------------------------

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
    """An uploaded file, in the store's inbox under `upload_id`.

    `name`, `title` and `performer` come from the person's side: for display, never part of a path. `handle` is the
    front end's own pointer to the file (Telegram's `file_id`), empty where there is none. `bytes_` is its size, 0 if
    unknown.
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


# --- models ------------------------------------------------------------------------------------------------


def _known(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"no model {name[:40]!r}")
    return name


class Model(Value):
    """A model of the table, and the use of its masks.

    `band` is the highest frequency of the network (11 kHz: F = 1024 bins; 16 kHz: F = 1536, same weights).
    `extension` applies above it: `average` continues the masks, so stems add up to the song; `zeros` is silence, as in
    stock Spleeter. Other models have no band; there `average` makes stems add up to the song, and `zeros` leaves
    them as the network made them.

    JSON of version 0.1.0 has the number of stems instead of the name. It is still written, so that a worker of that
    version separates into the ordered stems, and refuses an unknown model.
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
        """In the model's order."""
        return self.info.stems

    @property
    def key(self) -> str:
        if self.info.has_masks:
            return f"{self.info.key}-{self.band}-{self.extension}"
        return self.info.key if self.extension == "average" else f"{self.info.key}-{self.extension}"

    def named(self, name: str) -> "Model":
        """Another model with the same use of masks. Raises `ValueError` when there is none of this name."""
        return Model(name=name, band=self.band, extension=self.extension)


class Preferences(Value):
    """A chat's default order for each song."""

    model: Model = Model()
    format: Format = Format.MP3
    package: Package = Package.ALBUM

    @property
    def order(self) -> "Order":
        """The order for a song that is requested in the chat."""
        return Order(model=self.model, format=self.format, package=self.package)


#: Of what is no sound, so that it is made once for all formats.
NO_FORMAT: Final = Format.MP3


class Order(Value):
    """The order of one request: stems, or something made of them. Only stems and sessions are packed.

    Its JSON is flat and that of version 0.1.0: the mix is a list of stems, empty for all stems. `levels`, `effect` and
    other contents are newer: they are left out where there are none.
    """

    model: Model = Model()
    content: Content = Stems()
    effect: Effect = PLAIN
    format: Format = Format.MP3
    package: Package = Package.ALBUM

    @property
    def mix(self) -> tuple[Stem, ...]:
        """The stems of the mix; empty without a mix."""
        return self.content.stems if isinstance(self.content, Mix) else ()

    @property
    def is_stems(self) -> bool:
        """Whether it is every stem, treated or not."""
        return isinstance(self.content, Stems)

    @property
    def files(self) -> Rendition:
        """Its content as files, not packed. A page has a bit rate of its own."""
        if isinstance(self.content, Player):
            encoding = Encoding(format=Format.MP3, kbps=PLAYER_KBPS)
            return Rendition(content=self.content, effect=self.effect, encoding=encoding)
        rendition = Rendition(content=self.content, effect=self.effect, encoding=Encoding(format=self.format))
        if isinstance(self.content, Session) and self.format.is_lossy:
            return rendition.encoded(Format.WAV)
        return rendition if rendition.is_sound else rendition.encoded(NO_FORMAT)

    @property
    def needs_beats(self) -> bool:
        """Whether the beats of the song have to be known."""
        return isinstance(self.content, Click) or self.effect.needs_beats

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """The renditions of the order, in the order of delivery."""
        files = self.files
        zipped = files.model_copy(update={"package": Archive()})
        if isinstance(self.content, Session):
            return (zipped,)
        if not self.is_stems:
            return (files,)
        match self.package:
            case Package.ALBUM:
                return (files,)
            case Package.ZIP:
                return (zipped,)
            case Package.BOTH:
                return (files, zipped)

    @model_validator(mode="before")
    @classmethod
    def _from_flat(cls, data: object) -> object:
        if not isinstance(data, dict) or "content" in data or not data.get("mix"):
            return data
        return {**data, "content": {"kind": "mix", "stems": data["mix"], "levels": data.get("levels") or ()}}

    @model_serializer(mode="wrap")
    def _flat(self, dump: SerializerFunctionWrapHandler) -> dict[str, object]:
        flat = dump(self)
        for part in ("content", "effect"):
            flat.pop(part)
        return {**flat, "mix": [stem.value for stem in self.mix], **newer(self.content, self.effect)}


class TrackId(str):
    """The key of a track. Twenty-four hex digits, safe in paths and Redis keys.

    The store makes paths from nothing else. Raises `ValueError` for any other text.
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

    A digest, since video ids may differ in case only, and some file systems ignore case.
    """
    return TrackId(hashlib.sha256(f"{source.key}|{model.key}".encode()).hexdigest()[:24])


class Request(Value):
    """An order for a song, with its asker and chat. It is stored before its acceptance is confirmed.

    `chat` and `asker` are names with a platform prefix (`telegram:-100123`); `address` is the front end's own note of
    the place for the answer, opaque to other modules.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    platform: str
    chat: str
    asker: str
    address: str = ""
    language: str = "en"
    source: Source
    order: Order = Field(default=Order(), alias="wish")  # its name on the wire since version 0.1.0
    quiet: bool = False  # its progress is shown elsewhere: it gets a card when it is done or failed
    created_at: float  # seconds since the epoch

    @property
    def track_id(self) -> TrackId:
        return track_id(self.source, self.order.model)


def request_id(chat: str, message: str, source: YouTube | Upload, turn: str = "") -> str:
    """A request's id from chat, message and source, so that a redelivered update makes no second request."""
    return hashlib.sha256(f"{chat}|{message}|{source.key}|{turn}".encode()).hexdigest()[:16]
