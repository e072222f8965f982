"""The files of a delivery: where they lie in the store, and what they are called for people."""

import hashlib
import re

from jobs.filenames import track_name
from jobs.models import Rendition, TrackId, Value
from jobs.outcomes import Manifest, Rendered, StoredFile


class Piece(Value):
    """One file to send: where it lies in the store (`rendition`, `stored`), and what it is called for people."""

    track_id: TrackId
    made: str  # by what: the same song, made otherwise, is another file
    rendition: Rendition | None  # None: it belongs to the track itself, as its picture does
    stored: StoredFile
    name: str  # for people, with extension
    title: str
    performer: str = ""
    seconds: float

    @property
    def key(self) -> str:
        """The same file for everybody who wants it: what a platform's id for it is remembered by."""
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
        seconds=manifest.seconds,
    )


def made_by(manifest: Manifest, kbps: int = 0) -> str:
    """A digest of what made a file: an engine in its version, and an encoder at its bit rate."""
    return hashlib.sha256(f"{manifest.engine}|{kbps}".encode()).hexdigest()[:8]


def _suffix(manifest: Manifest, rendition: Rendition, file: StoredFile) -> str:
    if rendition.package:
        part = re.search(r"-(\d+)\.", file.name)  # as the worker numbers the parts of a zip
        return manifest.model.info.label + (f", {part[1]}" if part else "")
    suffixes = {one.stem: one.suffix for one in rendition.content.files(manifest.model.stems)}
    return suffixes.get(file.stem, str(file.stem or ""))
