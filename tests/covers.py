"""Cover pictures made on the spot: every kind that music carries, and those that are made to be expensive."""

import struct
import zlib
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, PngImagePlugin

PNG: Final = b"\x89PNG\r\n\x1a\n"
END_OF_IMAGE: Final = b"\xff\xd9"
START_OF_SCAN: Final = b"\xff\xda"
HEADER: Final = 33  # bytes of a PNG's signature and first chunk


def picture(mode: str = "RGB", side: int = 160) -> Image.Image:
    """Coloured noise over a gradient, and not square."""
    rng = np.random.default_rng(side)
    colours = (
        rng.integers(0, 60, (side, side + 40, 3), np.uint8) + np.linspace(0, 190, side, dtype=np.uint8)[:, None, None]
    )
    image = Image.fromarray(colours.astype(np.uint8))
    if mode == "I;16":
        return Image.fromarray(colours[..., 0].astype(np.uint16) * 256)
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    content = BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def whole_covers() -> dict[str, bytes]:
    """One valid picture of each kind."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "a cover " * 50, zip=True)
    exif = Image.Exif()
    exif[0x010E] = "a cover"
    profile = bytes(range(256)) * 12
    frames = [picture(side=side) for side in (60, 60)]
    return {
        "baseline.jpg": encoded(picture(), "JPEG"),
        "progressive.jpg": encoded(picture(), "JPEG", progressive=True),
        "restarts.jpg": encoded(picture(), "JPEG", restart_marker_blocks=1),
        "grey.jpg": encoded(picture("L"), "JPEG"),
        "cmyk.jpg": encoded(picture("CMYK"), "JPEG"),
        "metadata.jpg": encoded(picture(), "JPEG", exif=exif, icc_profile=profile, comment=b"a cover"),
        "large.jpg": encoded(picture(side=1500), "JPEG"),
        "colour.png": encoded(picture(), "PNG"),
        "transparent.png": encoded(picture("RGBA"), "PNG"),
        "palette.png": encoded(picture("P"), "PNG"),
        "grey.png": encoded(picture("LA"), "PNG"),
        "deep.png": encoded(picture("I;16"), "PNG"),
        "deep-colour.png": deep_colour(80),
        "bits.png": encoded(picture("1"), "PNG"),
        "interlaced.png": interlaced(50),
        "animated.png": encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        "metadata.png": encoded(picture(), "PNG", pnginfo=text, icc_profile=profile),
    }


def chunk(name: bytes, content: bytes = b"") -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, rows: bytes, depth: int = 8, colours: int = 2, adam7: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, adam7)
    return PNG + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND")


def deep_colour(side: int) -> bytes:
    """Sixteen bits per channel, which Pillow reads and does not write."""
    return png(side, side, (b"\0" + b"\x80\x01" * 3 * side) * side, depth=16)


def interlaced(side: int) -> bytes:
    """Adam7 (PNG specification, 8.2): seven smaller pictures, one after the other."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = b""
    for left, top, across, down in passes:
        wide, high = len(range(left, side, across)), len(range(top, side, down))
        rows += (b"\0" + b"\x80\x60\x40" * wide) * high
    return png(side, side, rows, adam7=1)


def expensive_covers() -> dict[str, bytes]:
    """Pictures of a few megabytes at most that are whole, or nearly, and take a decoder minutes or gigabytes."""
    small = encoded(picture(side=16), "PNG")
    bomb = b"name\0\0" + zlib.compress(bytes(300 << 20), 9)
    return {
        "scans.jpg": many_scans(2000, 600),
        "scans-of-few-pixels.jpg": many_scans(16, 100_000),
        "pixels.png": bits(13_300),
        "pixels.jpg": resized(encoded(picture(side=16), "JPEG"), 13_300, 13_300),
        "chunks.png": small[:HEADER] + chunk(b"teSt") * 500_000 + small[HEADER:],
        "chunks-at-the-end.png": small[:-12] + chunk(b"teSt") * 500_000 + small[-12:],
        "text.png": small[:HEADER] + chunk(b"zTXt", bomb) + small[HEADER:],
        "texts.png": small[:HEADER]
        + chunk(b"zTXt", b"name\0\0" + zlib.compress(bytes(1_000_000))) * 300
        + small[HEADER:],
        "profile.png": small[:HEADER] + chunk(b"iCCP", bomb) + small[HEADER:],
        "two-sizes.png": small[:HEADER] + bits(9_000)[len(PNG) :],
        **{f"{name}.jpg": before_scan(between) for name, between in FLOODS.items()},
        "two-sizes.jpg": before_scan(frame_of(resized(encoded(picture(side=16), "JPEG"), 9_000, 9_000))),
    }


#: What may stand before a JPEG's first scan, millions of times.
FLOODS: Final = {
    "segments": b"\xff\xe5\0\2" * 1_000_000,
    "comments": b"\xff\xfe\0\2" * 1_000_000,
    "filling": b"\xff" * 8_000_000,
    "junk": bytes(8_000_000),
    "restart-markers": b"\xff\xd0" * 2_000_000,
}


def before_scan(between: bytes) -> bytes:
    content = encoded(picture(side=16), "JPEG")
    at = content.index(START_OF_SCAN)
    return content[:at] + between + content[at:]


def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG of one colour whose last scan comes again and again."""
    content = encoded(Image.new("RGB", (side, side), (90, 100, 110)), "JPEG", progressive=True)
    last = content[content.rindex(START_OF_SCAN) : -len(END_OF_IMAGE)]
    return content[: -len(END_OF_IMAGE)] + last * (scans - content.count(START_OF_SCAN)) + END_OF_IMAGE


def bits(side: int) -> bytes:
    """A black picture: 8 pixels in a byte, thousands of bytes in one."""
    return png(side, side, (b"\0" + bytes(-(-side // 8))) * side, depth=1, colours=0)


def frame_of(content: bytes) -> bytes:
    """The frame header of a baseline JPEG."""
    at = content.index(b"\xff\xc0")
    return content[at : at + 2 + int.from_bytes(content[at + 2 : at + 4])]


def resized(content: bytes, width: int, height: int) -> bytes:
    """A JPEG that says it is larger."""
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]
