"""The files of a delivery: their places in the store, and their names for people."""

import hashlib
import re

from jobs.filenames import track_name
from jobs.models import Rendition, TrackId, Value
from jobs.results import Manifest, Rendered, StoredFile


class Piece(Value):
    """One file to send: its place in the store (`rendition`, `stored`), and its names for people.

    `covers`: pictures of the song in the store, the smallest first.
    """

    track_id: TrackId
    made: str  # digest of engine and bit rate, see `made_by`
    rendition: Rendition | None  # None: a file of the track itself, e.g. its picture
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
    rendition = rendered.rendition
    extension = file.name.rpartition(".")[2]
    suffix = _suffix(manifest, rendition, file)
    title = manifest.tags.title if rendition.package else f"{manifest.tags.title} ({suffix})"
    return Piece(
        track_id=manifest.track_id,
        made=made_by(manifest, rendered.kbps),
        rendition=rendition,
        stored=file,
        name=f"{track_name(manifest.tags, suffix)}.{extension}",
        title=title,
        performer=manifest.tags.artist,
        seconds=rendition.effect.seconds(manifest.seconds),
        thumbnail=manifest.thumbnail,
    )


def made_by(manifest: Manifest, kbps: int = 0) -> str:
    """A digest of a file's origin: the engine with its version, and the encoder's bit rate."""
    return hashlib.sha256(f"{manifest.engine}|{kbps}".encode()).hexdigest()[:8]


def _suffix(manifest: Manifest, rendition: Rendition, file: StoredFile) -> str:
    if rendition.package:
        part = re.search(r"-(\d+)\.", file.name)  # the worker's number of a zip's part
        return manifest.model.info.label + (f", {part[1]}" if part else "")
    suffixes = {one.stem: one.suffix for one in rendition.files(manifest.model.stems)}
    return suffixes.get(file.stem, str(file.stem or ""))
