"""The files of a delivery: their places in the store, and their names for people."""

import hashlib
import re

from bot.cards.cards import Picture
from jobs.filenames import STEM_EXTENSION, deck_name, deck_tags, extension_of, file_name, file_tags, track_name
from jobs.models import Deck, Rendition, Session, TrackId, Value
from jobs.results import Manifest, Rendered, StoredFile


class Piece(Value):
    """One file to send: its place in the store (`rendition`, `stored`), and its names for people.

    `covers`: pictures of the song in the store, the smallest first.
    """

    track_id: TrackId
    made: str  # digest of engine and bit rate, see `made_by`
    rendition: Rendition | None  # None: a file of the track itself; version 0.1.0 sent its picture so
    stored: StoredFile
    name: str  # for people, with extension
    title: str
    performer: str = ""
    seconds: float
    thumbnail: StoredFile | None = None

    @property
    def key(self) -> str:
        """The key of the platform's id for this file, the same for all requests."""
        within = f"{self.rendition.key}/" if self.rendition else ""
        return f"{self.track_id}/{self.made}/{within}{self.stored.name}"


def piece_of(manifest: Manifest, rendered: Rendered, file: StoredFile) -> Piece:
    """One file of a rendition."""
    rendition, tags = rendered.rendition, manifest.tags
    extension = extension_of(file.name)
    heard = {rendition.name_of(one): one.heard for one in rendition.files(manifest.model.stems)}.get(
        file.name, file.stem or ""
    )
    if rendition.package:
        title, name = tags.title, track_name(tags, _contents(manifest, rendered, file))
    elif isinstance(rendition.content, Deck):
        title, name = deck_tags(tags, heard).title, deck_name(tags, heard, rendered.label)
    else:
        title, name = file_tags(tags, heard).title, file_name(tags, heard)
    return Piece(
        track_id=manifest.track_id,
        made=made_by(manifest, rendered.kbps),
        rendition=rendition,
        stored=file,
        name=f"{name}.{extension}",
        title=title,
        performer=tags.artist,
        seconds=rendered.seconds or rendition.effect.seconds(manifest.seconds),
        thumbnail=manifest.thumbnail,
    )


def is_stem_file(file: StoredFile) -> bool:
    """Whether a file in the store is a deck's stem file."""
    return extension_of(file.name) == STEM_EXTENSION


def picture_of(manifest: Manifest) -> Picture | None:
    """The picture of a track's stems."""
    if manifest.picture is None:
        return None
    return Picture(
        track_id=manifest.track_id,
        file=manifest.picture,
        name=f"{track_name(manifest.tags)}.{manifest.picture.name.rpartition('.')[2]}",
        title=manifest.tags.title,
        cover=manifest.cover,
    )


def chart_of(manifest: Manifest, rendered: Rendered) -> Picture | None:
    """The picture of a song's chords."""
    file = next((file for file in rendered.files if file.name.endswith(".png")), None)
    if file is None:
        return None
    piece = piece_of(manifest, rendered, file)
    return Picture(
        track_id=manifest.track_id, file=file, name=piece.name, title=piece.title, rendition=rendered.rendition
    )


def made_by(manifest: Manifest, kbps: int = 0) -> str:
    """A digest of a file's origin: the engine with its version, and the encoder's bit rate."""
    return hashlib.sha256(f"{manifest.engine}|{kbps}".encode()).hexdigest()[:8]


def _contents(manifest: Manifest, rendered: Rendered, file: StoredFile) -> str:
    """`4 stems`, or `4 stems, 2` of an archive in parts; `DAW, Am 124 BPM`."""
    part = re.search(r"-(\d+)\.", file.name)  # the worker's number of a zip's part
    named = manifest.model.info.label
    if isinstance(rendered.rendition.content, Session):
        named = ", ".join(part for part in ("DAW", rendered.rendition.effect.label, rendered.label) if part)
    return named + (f", {part[1]}" if part else "")
