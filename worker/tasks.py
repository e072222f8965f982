"""What the worker asks of its children, and what they answer. Paths are ours: no person's text is in any of them."""

from pathlib import Path
from typing import Literal

from jobs.models import Model, Rendition, Source, StoredFile, Tags, Value


class FetchTask(Value):
    """Bring `source` to a local file in `output`, an empty folder. `inbox` is the uploaded file, for an `Upload`."""

    source: Source
    output: Path
    inbox: Path | None = None
    max_seconds: float


class Fetched(Value):
    """A local file that decodes to audio. `cover` is a JPEG or PNG in the output folder, where the source has one."""

    audio: Path
    tags: Tags
    seconds: float | None = None  # as the container or the site says; the separation counts samples
    cover: Path | None = None


class SeparationTask(Value):
    """Separate `audio` into `<stem>.flac` files in `output`, an existing folder."""

    audio: Path
    output: Path
    model: Model
    tags: Tags
    cover: Path | None = None
    models_dir: Path
    engine: Literal["openvino", "spleeter"] = "openvino"
    precision: Literal["auto", "f32", "bf16"] = "auto"
    threads: int = 0  # 0: every core
    max_seconds: float


class Separated(Value):
    """All stems are on disk, `samples` long per channel at 44.1 kHz."""

    samples: int
    stems: tuple[StoredFile, ...]
    picture: StoredFile | None = None
    thumbnail: StoredFile | None = None
    gain: float = 1.0
    notes: tuple[str, ...] = ()
    engine: str = ""


class RenderTask(Value):
    """Render `renditions` of the FLAC stems in `stems_dir`, each into `output/<rendition key>/`, existing or not."""

    stems_dir: Path
    stems: tuple[StoredFile, ...]
    tags: Tags
    cover: Path | None = None
    gain: float = 1.0
    renditions: tuple[Rendition, ...]
    output: Path
    mp3_kbps: int = 320
    threads: int = 0


class RenderedSet(Value):
    """The files of each rendition, in the order of the task."""

    files: tuple[tuple[StoredFile, ...], ...]
