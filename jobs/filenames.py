"""File names for people: safe on every disk and in every archive, for any title."""

import re
import unicodedata

from jobs.results import FileTags, Tags

NAMELESS = "Untitled"
ABOUT = "stems.json"  # in a zip: its contents
STEM_EXTENSION = "stem.mp4"
ANALYSIS = "analysis.json"  # in a zip: what was found in the song

_SEPARATORS = re.compile(r'[/\\:*?"<>|]+')  # path separators, and characters that Windows refuses
# Device names of Windows, with any extension.
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])$", re.I
)
_JOINERS = "\u200c\u200d"  # within words of some scripts, and within emoji


def safe_name(text: str, limit: int = 120) -> str:
    """`text` as one path component: NFC, no separators, control or direction characters, no dots or spaces around it.

    Never a name that Windows reserves, nor empty; at most `limit` bytes of UTF-8, cut between characters. The caller
    adds an extension. `limit` must leave room for `Untitled`.
    """
    name = _SEPARATORS.sub("_", one_line(text))
    name = _shorten(name.lstrip(". "), limit).strip(_JOINERS).rstrip(". ")
    if _RESERVED.match(name.partition(".")[0].rstrip()):
        name = _shorten("_" + name, limit).rstrip(". ")
    return name or NAMELESS


def one_line(text: str) -> str:
    """`text` in composed form (NFC) on one line, without control and direction characters, for tags and cards."""
    visible = "".join(" " if char.isspace() else char for char in text if _is_visible(char))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def track_name(tags: Tags, suffix: str = "", limit: int = 120) -> str:
    """`Artist - Title (suffix)` as a safe name, without an extension, for all of a song.

    Only the title is cut, never the suffix. `limit`: bytes of UTF-8.
    """
    whole = " - ".join(part for part in (tags.artist.strip(), tags.title.strip()) if part)
    if not suffix:
        return safe_name(whole, limit)
    ending = f" ({safe_name(suffix, 60)})"
    return safe_name(whole, limit - len(ending.encode())) + ending


def file_name(tags: Tags, heard: str) -> str:
    """`vocals - Artist - Title` as a safe name, without an extension. Only the song is cut, never what is heard.

    What is heard comes first, since phones show the beginning of a long name only.
    """
    beginning = f"{safe_name(heard, 60)} - "
    return beginning + track_name(tags, limit=120 - len(beginning.encode()))


def deck_name(tags: Tags, heard: str, label: str) -> str:
    """`Artist - Title (acapella) 8A 124` as a safe name, without an extension: programs for DJs sort by it."""
    ending = f" {safe_name(label, 30)}" if label else ""
    return track_name(tags, heard, limit=120 - len(ending.encode())) + ending


def extension_of(stored: str) -> str:
    """The extension of a file for people, without a dot. An MP4 in the store is a stem file: programs look for
    `stem.mp4`."""
    extension = stored.rpartition(".")[2]
    return STEM_EXTENSION if extension == "mp4" else extension


def deck_tags(tags: Tags, heard: str) -> FileTags:
    """The tags of a file for a DJ: `Title (acapella)`."""
    return FileTags(title=f"{tags.title} ({heard})", artist=tags.artist, album=tags.title)


def file_tags(tags: Tags, heard: str, number: int = 0, of: int = 0) -> FileTags:
    """The tags of one file of a song: `vocals - Title`, of the album that the song is. `number`: of its stem."""
    return FileTags(title=f"{heard} - {tags.title}", artist=tags.artist, album=tags.title, number=number, of=of)


def _is_visible(char: str) -> bool:
    # Categories C: control, format (where direction overrides are), surrogate, private, unassigned.
    return char.isspace() or char in _JOINERS or unicodedata.category(char)[0] != "C"


def _shorten(name: str, limit: int) -> str:
    """The longest beginning of `name` of at most `limit` bytes that does not end within a character."""
    cut = len(name.encode()[:limit].decode(errors="ignore"))
    # Not before an accent of a letter, or within a joined emoji.
    while 0 < cut < len(name) and (unicodedata.category(name[cut])[0] == "M" or name[cut] in _JOINERS):
        cut -= 1
    return name[:cut]
