"""Parses HTML and MarkdownV2 like the Bot API: to plain text and entities, or a refusal."""

import html
import re

from tests.peers.botapi.limits import units
from tests.peers.botapi.world import Json, bad

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_TAG = re.compile(r"<(/?)([a-zA-Z-]+)((?:\s+[a-z-]+(?:=(?:\"[^\"<>]*\"|'[^'<>]*'))?)*)\s*>")
_NAMED = re.compile(r"&(lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_HREF = re.compile(r"href=(?:\"([^\"]*)\"|'([^']*)')")
_RESERVED = set("_*[]()~`>#+-=|{}.!")
_MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler"}


def _cannot(why: str, text: str, at: int) -> Exception:
    return bad(f"can't parse entities: {why} at byte offset {len(text[:at].encode())}")


def parse(text: str, mode: str) -> tuple[str, list[Json]]:
    """Plain text and entities of `text` in `mode` ("", HTML or MarkdownV2)."""
    match mode.lower():
        case "":
            return text, []
        case "html":
            return from_html(text)
        case "markdownv2":
            return from_markdown(text)
    raise bad("unsupported parse_mode")


def from_html(text: str) -> tuple[str, list[Json]]:
    plain, entities, at = "", [], 0
    open_: list[tuple[str, int, str]] = []
    while at < len(text):
        if text[at] == "&":
            found = _NAMED.match(text, at)
            if not found:
                raise _cannot("unescaped '&'", text, at)
            plain, at = plain + html.unescape(found[0]), found.end()
        elif text[at] == "<":
            found = _TAG.match(text, at)
            if not found or found[2].lower() not in TAGS:
                raise _cannot(f'Unsupported start tag "{text[at + 1 : at + 20]}"', text, at)
            tag = found[2].lower()
            if not found[1]:
                open_.append((tag, units(plain), found[3]))
            elif not open_ or open_[-1][0] != tag:
                raise _cannot(f'unmatched end tag "{tag}"', text, at)
            else:
                _, start, attributes = open_.pop()
                entities += _entity(TAGS[tag], start, units(plain), attributes)
            at = found.end()
        elif text[at] == ">":
            raise _cannot("unescaped '>'", text, at)
        else:
            plain, at = plain + text[at], at + 1
    if open_:
        raise _cannot(f'can\'t find end tag corresponding to start tag "{open_[-1][0]}"', text, len(text))
    return plain, entities


def _entity(kind: str, start: int, end: int, attributes: str) -> list[Json]:
    if end == start:
        return []
    entity: Json = {"type": kind, "offset": start, "length": end - start}
    if kind == "text_link":
        href = _HREF.search(attributes)
        if not href:
            return []
        entity["url"] = html.unescape(href[1] or href[2] or "")
    return [entity]


def from_markdown(text: str) -> tuple[str, list[Json]]:
    """MarkdownV2 without block quotes: nested marks, code, pre and links."""
    plain, entities, at = "", [], 0
    open_: list[tuple[str, int]] = []
    while at < len(text):
        if text[at] == "\\" and at + 1 < len(text) and ord(text[at + 1]) < 127:
            plain, at = plain + text[at + 1], at + 2
            continue
        fence = "```" if text.startswith("```", at) else "`" if text[at] == "`" else ""
        if fence:
            end = text.find(fence, at + len(fence))
            if end < 0:
                raise _cannot("can't find end of code entity", text, at)
            inner = text[at + len(fence) : end]
            kind = "code" if fence == "`" else "pre"
            entities += _entity(kind, units(plain), units(plain + inner), "")
            plain, at = plain + inner, end + len(fence)
            continue
        mark = next((mark for mark in ("__", "||", "*", "_", "~") if text.startswith(mark, at)), "")
        link = re.compile(r"\]\(([^()\s]+)\)").match(text, at) if open_ and open_[-1][0] == "[" else None
        if link:
            _, start = open_.pop()
            entities += _entity("text_link", start, units(plain), f'href="{link[1]}"')
            at = link.end()
        elif mark and open_ and open_[-1][0] == mark:
            _, start = open_.pop()
            entities += _entity(_MARKS[mark], start, units(plain), "")
            at += len(mark)
        elif mark or text[at] == "[":
            open_.append((mark or "[", units(plain)))
            at += len(mark or "[")
        elif text[at] in _RESERVED:
            raise _cannot(f"character '{text[at]}' is reserved and must be escaped with the preceding '\\'", text, at)
        else:
            plain, at = plain + text[at], at + 1
    if open_:
        raise _cannot(f"can't find end of the entity starting with {open_[-1][0]!r}", text, len(text))
    return plain, entities
