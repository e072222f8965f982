"""Plans: manifest, order and limits to the messages to send. Pure: equal inputs give an equal plan.

A file over a limit is replaced by the closest one that fits: a zip in parts or as single files, 32-bit WAV as 24-bit
WAV, WAV as FLAC, FLAC as MP3, MP3 and M4A at a lower bit rate. The plan's notes tell the person. The plan names the
renditions it still needs, and the next plan uses them. A plan never exceeds a limit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum, unique
from typing import Final, Literal, NamedTuple

from pydantic import Field, model_validator

from bot.delivery.planning.pieces import Piece, is_stem_file, piece_of
from bot.delivery.planning.sizes import USUAL_RATE, choices, least, most
from bot.texts import say, spoken
from jobs.models import (
    Archive,
    Encoding,
    Format,
    Order,
    Package,
    Rendition,
    Session,
    Upload,
    Value,
    YouTube,
    track_id,
)
from jobs.music.levels import decibels, level
from jobs.results import SAMPLE_RATE, Manifest, Rendered, StoredFile, Tags


class Limits(Value):
    """A platform's limits. `request_bytes` is for all files of one message, since one request carries them."""

    file_bytes: int = 50_000_000
    request_bytes: int = 50_000_000
    album_max: int = 10
    photo_bytes: int = 10_000_000


#: Telegram's cloud: 50 MB (https://core.telegram.org/bots/api#sending-files) besides thumbnails and fields.
CLOUD: Final = Limits()
#: A local Bot API server (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
LOCAL: Final = Limits(file_bytes=2_000_000_000, request_bytes=2_000_000_000)
#: Discord, in a server without boosts (https://discord.com/developers/docs/reference#uploading-files): 10 MiB a file,
#: 25 MiB a request, less what surrounds the files.
UNBOOSTED: Final = Limits(file_bytes=10 << 20, request_bytes=(25 << 20) - (64 << 10), photo_bytes=9 << 20)


@unique
class Kind(StrEnum):
    AUDIO = "audio"  # a player shows it: MP3 and M4A
    DOCUMENT = "document"


class Part(Value):
    """One message, or one album when it has several pieces. `id` stays the same in every plan of a request."""

    id: str
    kind: Kind
    pieces: tuple[Piece, ...]

    @property
    def bytes_(self) -> int:
        return sum(piece.stored.bytes_ for piece in self.pieces)


class Note(Value):
    """A deviation of the delivery from the order. `message` is the sentence's id in `bot.texts`."""

    message: Literal[
        "note-lower-rate",
        "note-compressed",
        "note-zip-parts",
        "note-zip-apart",
        "note-several-messages",
        "note-no-stem-file",
        "note-turned-down",
    ]
    values: dict[str, float | str] = Field(default_factory=dict)


class Plan(Value):
    """What to send, in order. While `needs` is not empty, render that first and plan again.

    `smallest`: if nothing fits, the size of the smallest encoding's largest file, in bytes.
    """

    parts: tuple[Part, ...] = ()
    needs: tuple[Rendition, ...] = ()
    notes: tuple[Note, ...] = ()
    smallest: float = 0

    @model_validator(mode="before")
    @classmethod
    def _without_pictures(cls, data: object) -> object:
        """Leaves out the picture's message of stored plans: version 0.1.0 sent it apart from the card."""
        if isinstance(data, dict) and isinstance(parts := data.get("parts"), list):
            return {**data, "parts": [one for one in parts if not isinstance(one, dict) or one.get("kind") != "photo"]}
        return data


def plan(
    manifest: Manifest, rendered: Sequence[Rendered], order: Order, limits: Limits, kbps: int = USUAL_RATE
) -> Plan:
    """The messages for `order`, from the finished renditions. A plan without parts and needs has nothing that fits.

    `kbps`: the default bit rate of MP3 and M4A, in kbit/s.
    """
    made = {one.rendition: one for one in rendered}
    song = _Song(manifest, made, limits, kbps)
    files = order.files
    if isinstance(order.content, Session):
        return _session(song, files)
    if not order.is_stems:
        return _files(song, files)
    zipped = Plan() if order.package is Package.ALBUM else _zip(song, files)
    apart = order.package is not Package.ZIP or any(note.message == "note-zip-apart" for note in zipped.notes)
    plans = (_files(song, files) if apart else Plan(), zipped)
    parts = tuple(part for one in plans for part in one.parts)
    return Plan(
        parts=parts,
        needs=tuple(dict.fromkeys(need for one in plans for need in one.needs)),
        notes=_once(note for one in plans for note in one.notes),
        smallest=max(one.smallest for one in plans),
    )


def foreseen(
    source: YouTube | Upload, seconds: float, order: Order, limits: Limits, kbps: int
) -> tuple[Rendition, ...]:
    """The renditions to make for `order` of a song of which only the length is known."""
    stems = tuple(StoredFile(name=f"{stem}.flac", bytes_=0, stem=stem) for stem in order.model.stems)
    unmade = Manifest(
        track_id=track_id(source, order.model),
        source=source,
        model=order.model,
        tags=Tags(title=""),
        samples=round(seconds * SAMPLE_RATE),
        stems=stems,
        made_at=0,
    )
    return plan(unmade, (), order, limits, kbps).needs


def note_text(note: Note, language: str) -> str:
    """A note as a sentence for the card."""
    return say(language, note.message, **spoken(note.values, language))


def about_level(manifest: Manifest, rendered: Rendered) -> Iterator[Note]:
    """A note if a rendition is quieter than its source."""
    if turned := decibels(level(manifest, rendered)):
        yield Note(message="note-turned-down", values={"decibels": turned})


# --- stems, or a mix of them, as files -------------------------------------------------------------------------


class _Song(NamedTuple):
    """The inputs of a plan."""

    manifest: Manifest
    made: Mapping[Rendition, Rendered]
    limits: Limits
    kbps: int


def _files(song: _Song, wished: Rendition) -> Plan:
    manifest, made, limits, kbps = song
    smallest: float = 0  # bytes of the last encoding over the limit, measured or as a lower bound
    for choice in choices(wished, kbps):
        here = made.get(choice)
        if here is None:
            sure = least(choice, manifest, kbps)
            if sure > limits.file_bytes:
                smallest = sure
            # The ordered format is skipped only if it certainly does not fit.
            elif choice == wished or most(choice, manifest, kbps) <= limits.file_bytes:
                return Plan(needs=(choice,))
            continue
        files = [file for file in here.files if not (is_stem_file(file) and file.bytes_ > limits.file_bytes)]
        pieces = [piece_of(manifest, here, file) for file in files]
        if all(piece.stored.bytes_ <= limits.file_bytes for piece in pieces):
            parts = tuple(_parts(choice, pieces, limits))
            left_out = (
                (Note(message="note-no-stem-file", values=_limit(limits)),) if len(files) < len(here.files) else ()
            )
            notes = (
                *left_out,
                *_changed(choice.encoding, wished.encoding, limits),
                *_split(parts, limits),
                *about_level(manifest, here),
            )
            return Plan(parts=parts, notes=notes)
        smallest = max(piece.stored.bytes_ for piece in pieces)
    return Plan(smallest=smallest)


def _changed(chosen: Encoding, wished: Encoding, limits: Limits) -> Iterator[Note]:
    if chosen.format is not wished.format:
        values = {"format": chosen.format.label, "wished": wished.format.label, "limit_bytes": limits.file_bytes}
        yield Note(message="note-compressed", values=values)
    if chosen.kbps != wished.kbps:
        yield Note(message="note-lower-rate", values={"kbps": chosen.kbps, "limit_bytes": limits.file_bytes})


def _once(notes: Iterable[Note]) -> tuple[Note, ...]:
    """The notes without duplicates."""
    said: list[Note] = []
    said.extend(note for note in notes if note not in said)
    return tuple(said)


def _split(parts: Sequence[Part], limits: Limits) -> Iterator[Note]:
    parts = [part for part in parts if part.kind is parts[0].kind]  # other kinds never share a message
    if len(parts) > 1 and sum(len(part.pieces) for part in parts) <= limits.album_max:
        yield Note(message="note-several-messages", values={"limit_bytes": limits.request_bytes})


def _parts(rendition: Rendition, pieces: Sequence[Piece], limits: Limits) -> Iterator[Part]:
    """The pieces in as few messages as possible, in order. A stem file is no song for a chat's own player."""
    is_played = rendition.encoding.format.is_lossy and rendition.package is None and rendition.is_sound
    batches: list[tuple[Kind, list[Piece]]] = []
    for piece in pieces:
        kind = Kind.AUDIO if is_played and not is_stem_file(piece.stored) else Kind.DOCUMENT
        before, batch = batches[-1] if batches else (kind, [])
        room = limits.request_bytes - sum(one.stored.bytes_ for one in batch)
        if not batch or kind is not before or len(batch) >= limits.album_max or piece.stored.bytes_ > room:
            batches.append((kind, [piece]))
        else:
            batch.append(piece)
    for number, (kind, batch) in enumerate(batches, 1):
        name = rendition.key if number == 1 else f"{rendition.key}.{number}"
        yield Part(id=name, kind=kind, pieces=tuple(batch))


# --- the stems in one archive ----------------------------------------------------------------------------------


def _session(song: _Song, files: Rendition) -> Plan:
    """A session for a DAW, in the first format without loss whose files fit."""
    wished = files.encoding.format
    tried = Plan()
    for format_ in dict.fromkeys((wished, Format.WAV, Format.FLAC)):
        tried = _zip(song, files.encoded(format_))
        if tried.parts or tried.needs:
            changed = _changed(files.encoded(format_).encoding, files.encoding, song.limits) if tried.parts else ()
            return tried.model_copy(update={"notes": (*changed, *tried.notes)})
    return Plan(smallest=max(least(files.encoded(Format.FLAC), song.manifest, song.kbps), song.limits.file_bytes + 1))


def _zip(song: _Song, files: Rendition) -> Plan:
    manifest, made, limits, kbps = song
    if least(files, manifest, kbps) > limits.file_bytes:
        return Plan(notes=(Note(message="note-zip-apart", values=_limit(limits)),))
    whole = files.model_copy(update={"package": Archive()})
    split = files.model_copy(update={"package": Archive(part_bytes=limits.file_bytes)})
    for archive in (whole, split):
        here = made.get(archive)
        if here is None:
            if archive == whole and least(whole, manifest, kbps) > limits.file_bytes:
                continue
            return Plan(needs=(archive,))
        if all(file.bytes_ <= limits.file_bytes for file in here.files):
            pieces = [piece_of(manifest, here, file) for file in here.files]
            notes = (Note(message="note-zip-parts", values=_limit(limits)),) if archive is split else ()
            turned = about_level(manifest, here)
            return Plan(parts=tuple(_parts(archive, pieces, limits)), notes=(*notes, *turned))
    return Plan(notes=(Note(message="note-zip-apart", values=_limit(limits)),))


def _limit(limits: Limits) -> dict[str, float | str]:
    return {"limit_bytes": limits.file_bytes}
