"""Cover pictures: JPEG and PNG, told by their content, never decoded."""

from pathlib import Path
from typing import NamedTuple

import av

COVER_LIMIT = 8 << 20  # bytes: what is larger is no cover, and every stem carries it


class Picture(NamedTuple):
    """A picture file as it is. `codec` is FFmpeg's name, `extension` without a dot; sizes in pixels."""

    content: bytes
    codec: str
    extension: str
    width: int
    height: int


def kind_of_picture(content: bytes) -> tuple[str, str] | None:
    """FFmpeg's codec name and the file extension, or None when it is neither JPEG nor PNG or too large."""
    if len(content) > COVER_LIMIT:
        return None
    if content.startswith(b"\xff\xd8\xff"):
        return "mjpeg", "jpg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png", "png"
    return None


def read_picture(path: Path) -> Picture | None:
    """The picture in `path`, or None when it is none that a player could show: a cover is never worth a failure."""
    if not path.is_file() or path.stat().st_size > COVER_LIMIT:
        return None
    content = path.read_bytes()
    kind = kind_of_picture(content)
    if kind is None:
        return None
    codec, extension = kind
    try:
        with av.open(
            f"file:{path.absolute()}",
            format="jpeg_pipe" if codec == "mjpeg" else "png_pipe",
            container_options={"protocol_whitelist": "file"},
        ) as container:
            video = container.streams.video[0]
            width, height = video.width, video.height
    except (av.FFmpegError, IndexError):
        return None
    return Picture(content, codec, extension, width, height) if width and height else None
