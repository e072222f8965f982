"""Classifying files as possible songs by their name and the type given by the sender's app. Pure.

The tables are here, since those of operating systems differ, and slim images have none. A name counts before a type,
since apps send `application/octet-stream`, `text/plain` or nothing for unknown names. A file that neither settles is
UNSURE: the decoder inspects it.
"""

from enum import Enum, auto, unique
from typing import Final


@unique
class Kind(Enum):
    """MEDIA: take it. UNSURE: take it, and let the decoder judge. OTHER: certainly no song."""

    MEDIA = auto()
    UNSURE = auto()
    OTHER = auto()


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


#: The containers that the worker's decoder opens (`worker/audio/opening.py`), each with the endings of its files.
CONTAINERS: Final[dict[str, str]] = {
    "aa": "aa",
    "aac": "aac adts",
    "ac3": "ac3",
    "ac4": "ac4",
    "aiff": "aif aiff aifc afc",
    "amr": "amr awb",
    "ape": "ape apl mac",
    "asf": "asf wma wmv wm",
    "au": "au snd",
    "avi": "avi divx",
    "caf": "caf",
    "dsf": "dsf",
    "dts": "dts",
    "dtshd": "dtshd dtsma",
    "eac3": "eac3 ec3",
    "flac": "flac fla",
    "flv": "flv f4v",
    "iff": "iff 8svx dff",
    "matroska": "mka mkv mk3d",
    "mov": "mov qt mp4 m4a m4b m4p m4r m4v mp4a mp4v aax alac f4a f4b 3gp 3gpp 3g2 3ga isma ismv psp",
    "mp3": "mp3 mp2 mp1 mpa m2a mpga",
    "mpc": "mpc mp+ mpp",
    "mpc8": "mpc",
    "mpeg": "mpg mpeg mpe m1v m2v vob dat",
    "mpegts": "ts mts m2ts m2t trp",
    "oga": "oga",
    "ogg": "ogg ogv ogx ogm opus spx",
    "oma": "oma omg aa3 at3",
    "rm": "rm ra ram rmvb",
    "tak": "tak",
    "truehd": "thd truehd",
    "tta": "tta",
    "voc": "voc",
    "w64": "w64",
    "wav": "wav wave bwf rf64",
    "webm": "webm weba",
    "wv": "wv",
    "xwma": "xwma",
}  # fmt: skip
#: Ambiguous endings, of music files and of many others.
_VAGUE: Final = frozenset({"dat", "mac", "mpp", "ram"})
_MEDIA: Final = _words(*CONTAINERS.values()) - _VAGUE

#: Endings of files without sound: documents, pictures, archives, code, scores, playlists.
_OTHER: Final = _words(
    "pdf ps eps doc docx dot dotx odt rtf pages xls xlsx ods csv tsv numbers ppt pptx pps odp key epub mobi azw3 djvu",
    "txt md tex log srt vtt ass lrc cue nfo ini cfg conf yaml yml toml json xml html htm xhtml css url eml ics vcf",
    "jpg jpeg jpe jfif png gif bmp tif tiff webp heic heif avif svg ico psd ai raw cr2 nef dng xcf tgs",
    "zip rar 7z tar gz tgz bz2 tbz xz txz zst lz4 cab iso dmg",
    "exe msi apk ipa jar deb rpm appimage bat cmd sh ps1 dll so sha256 md5 sig asc pem torrent",
    "py js jsx tsx java class c h cpp hpp cs go rs rb php pl lua sql db sqlite ipynb",
    "mid midi kar rmi gp gp3 gp4 gp5 gpx mscz mscx musicxml mxl abc sib mus ly ttf otf woff woff2",
    "m3u m3u8 pls xspf asx wpl",
)
_OTHER_MEDIA_TYPES: Final = _words(
    "audio/midi audio/mid audio/x-midi audio/sp-midi audio/x-mpegurl audio/mpegurl audio/x-scpls",
)
_OTHER_FAMILIES: Final = ("text/", "image/", "font/", "message/", "model/")
_OTHER_TYPES: Final = (
    "application/pdf", "application/postscript", "application/rtf", "application/msword", "application/epub",
    "application/vnd.openxmlformats", "application/vnd.oasis.opendocument", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", "application/vnd.android.package", "application/vnd.rar", "application/zip",
    "application/x-zip", "application/x-rar", "application/rar", "application/x-7z", "application/gzip",
    "application/x-gzip", "application/x-tar", "application/x-bzip", "application/x-xz", "application/zstd",
    "application/java-archive", "application/x-msdownload", "application/x-msdos", "application/x-sh",
    "application/json", "application/xml", "application/javascript", "application/x-javascript", "application/x-python",
    "application/x-tgsticker", "application/x-bittorrent", "application/x-sqlite", "application/x-subrip",
    "application/x-mpegurl", "application/vnd.apple.mpegurl", "application/midi", "application/x-midi",
    "application/vnd.recordare", "application/pgp", "application/x-iso9660", "application/x-apple-diskimage",
)  # fmt: skip


def kind_of(name: str, type_: str) -> Kind:
    """The kind of a file. `name`, `type_`: from the sender's app, or empty."""
    type_ = type_.partition(";")[0].strip().lower()
    # Names may have trailing blanks and dots, or a browser's copy number: "song.flac (1)".
    ending = name.rstrip(" .").rpartition(".")[2].lower().partition(" ")[0] if "." in name else ""
    if ending in _MEDIA:
        return Kind.MEDIA
    if ending in _OTHER and not _is_media(type_):
        return Kind.OTHER
    if _is_media(type_):
        return Kind.MEDIA
    if type_.startswith((*_OTHER_FAMILIES, *_OTHER_TYPES)) or type_ in _OTHER_MEDIA_TYPES:
        return Kind.OTHER
    return Kind.UNSURE


def _is_media(type_: str) -> bool:
    return type_.startswith(("audio/", "video/")) and type_ not in _OTHER_MEDIA_TYPES
