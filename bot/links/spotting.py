"""Finding links in a text, including mangled ones. Pure, and linear in the text's length.

Chats, mailers and people break links: characters escaped for HTML, JSON, Markdown or a mail, invisible ones put in,
lines broken, schemes misspelt, forgotten or made harmless (`hxxps`, `youtu[.]be`). For an ambiguous text, `spotted`
gives every reading.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Final
from urllib.parse import unquote

#: One way to read a piece of text: the links in it, in order.
Reading = Sequence[str]

# Zero width, soft hyphens, marks of direction, variation selectors.
_UNSEEN: Final = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff"
_UNSEEN_RUN: Final = re.compile(f"[{_UNSEEN}]+")
# A link ends at white space, brackets, quotes, separators.
_WORD: Final = re.compile(r"[^\s\x00-\x1f<>\"'`(){}\[\]|^,;«»\u2018-\u201f\u2039\u203a\u2026。、]+")
# Between two lines of a broken link.
_LINE_BREAK: Final = re.compile(r"[ \t]{0,2}\r?\n[ \t>]{0,4}")
_CONTINUED: Final = re.compile(r"[\w%?=&/#.~+-]+")
# A second link glued to the first; behind one of =/%&?# it is part of the first one's own address.
_GLUED: Final = re.compile(r"(?<![=/%&?#])(?<!/__)(?=https?://)", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,31}://")
_APP: Final = re.compile(r"(?<![\w.])vnd\.youtube:(?=[\w-]{11})")
_DOMAIN: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}\.?(?::\d{0,9})?")
_BEFORE_HOST: Final = re.compile(r"\A[\W_]+")
_HOST_END: Final = re.compile(r"[/?#]")

_ENTITY: Final = re.compile(
    r"&(?:#\d{1,5}|#[xX][0-9a-fA-F]{1,4}|amp|quest|equals|sol|colon|period|lowbar|percnt|num|quot|apos|lt|gt|nbsp);"
)
_JSON_ESCAPE: Final = re.compile(r"\\u00([2-7][0-9a-fA-F])")
_MARKDOWN_ESCAPE: Final = re.compile(r"\\([_\-.=&?~*#!/])")
_DEFANGED: Final = re.compile(r"[\[({](?:\.|dot)[\])}]", re.IGNORECASE)
_MANGLED_SCHEME: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:h[tx]{1,3}ps?|ttps?)(?::|%3A)?/{1,4}(?=[\w-]{1,63}\.[\w-]|https?:?/)", re.IGNORECASE
)
_DOUBLED_SCHEME: Final = re.compile(r"(?:https?://){1,9}(?=https?://)", re.IGNORECASE)
_ENCODED: Final = re.compile(r"https?%(?:25){0,2}3A", re.IGNORECASE)
_ENCODED_PATH: Final = re.compile(r"[\w.-]{1,253}%(?:25){0,2}2F", re.IGNORECASE)


def spotted(text: str) -> Iterator[Sequence[Reading]]:
    """For each piece of `text` with links in it, the ways to read that piece, the plainest first."""
    text = _repaired(text)
    words = list(_WORD.finditer(text))
    for number, word in enumerate(words):
        readings: list[Reading] = [_links(_UNSEEN_RUN.sub("", word[0]))]
        if _UNSEEN_RUN.search(word[0]):
            readings.append([link for part in _UNSEEN_RUN.split(word[0]) for link in _links(part)])
        if any(readings) and number + 1 < len(words):
            after = words[number + 1]
            gap = text[word.end() : after.start()] if after.start() - word.end() < 10 else ""
            readings += _joined(word[0], gap, after[0])
        if any(readings):
            yield readings


def links_in(text: str) -> Iterator[str]:
    """All links of `text`, each in its plainest reading."""
    for readings in spotted(text):
        yield from readings[0]


def _repaired(text: str) -> str:
    """The text with escapes and mangled schemes undone."""
    for _ in range(2):  # "&amp;amp;"
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    text = _JSON_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    text = _MARKDOWN_ESCAPE.sub(r"\1", text).replace("\\", "/")  # as browsers read it
    text = _MANGLED_SCHEME.sub(_scheme, _DEFANGED.sub(".", text))
    # A comma ends a link, save the one before the video in an address of Google's own player.
    return _DOUBLED_SCHEME.sub("", text).replace(",vid:", "%2Cvid:")


def _scheme(found: re.Match[str]) -> str:
    return found[0] if found[0].lower() in ("http://", "https://") else "https://"


def _joined(word: str, gap: str, after: str) -> Iterator[Reading]:
    """Readings of a link that goes on in the next word."""
    if not _CONTINUED.fullmatch(after) or _links(after):
        return
    if _LINE_BREAK.fullmatch(gap):
        yield _links(word + after)
        if word.endswith("="):  # as mails break lines
            yield _links(word[:-1] + after)
    elif gap == " " and word.endswith(("/", "=", "?", "&")):
        yield _links(word + after)


def _links(word: str) -> list[str]:
    """The likely links in a word, with a scheme or without (`youtu.be/…`)."""
    links = []
    for glued in _GLUED.split(word):
        piece = _decoded(glued.rstrip(".!?:*~"))
        if scheme := _SCHEME.search(piece):
            if scheme.end() < len(piece):
                links.append(piece[scheme.start() :])
        elif app := _APP.search(piece):
            links.append(f"vnd.youtube://{piece[app.end() :]}")
        elif _HOST_END.search(piece) and (bare := _without_scheme(piece.lstrip("/"))):
            links.append(bare)
    return links


def _decoded(piece: str) -> str:
    """Decode a link that was percent-encoded as a whole, once or more."""
    if "%" not in piece or "://" in piece:
        return piece
    if whole := _ENCODED.search(piece):
        piece = piece[whole.start() :]
    elif "/" in piece or not _ENCODED_PATH.match(piece):
        return piece
    for _ in range(3):
        piece = unquote(piece)
        if "://" in piece or not (_ENCODED.match(piece) or _ENCODED_PATH.match(piece)):
            break
    return piece


def _without_scheme(piece: str) -> str | None:
    """`piece` from where its host begins, when it has the form `host.tld/…`; punctuation before it is dropped."""
    end = _HOST_END.search(piece)
    if end is None or end.start() > 300:
        return None
    host, rest = piece[: end.start()], piece[end.start() :]
    if end[0] != "/" and "youtu" not in host.lower():  # "what.ever?" is no link
        return None
    before, colon, after = host.rpartition(":")
    if colon and not after.isdecimal():  # "Song:youtu.be/…", not a port
        host = after
    elif colon:
        host = before.rpartition(":")[2] + colon + after
    host = _BEFORE_HOST.sub("", host)
    if "@" in host:
        name, _, address = host.rpartition("@")
        return f"{host}{rest}" if name and _DOMAIN.fullmatch(address) else None
    return f"{host}{rest}" if _DOMAIN.fullmatch(host) else None
