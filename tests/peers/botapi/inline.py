"""Inline queries: what a person sees who types `@bot words`, and the limits of answerInlineQuery.

https://core.telegram.org/bots/api#answerinlinequery
"""

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.peers.botapi import limits
from tests.peers.botapi.files import Params, sniff
from tests.peers.botapi.world import File, Json, Person, bad

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

RESULTS = 50
NAME_BYTES = 64  # of an offset, and of a result's id
START = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass
class Query:
    """An inline query, and its answer. `files`: what a tap on each result sends; `titles`: what the list shows."""

    id: str
    person: Person
    at: float
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    files: list[File] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    next_offset: str = ""
    button: Json = field(default_factory=dict)
    personal: bool = False
    cache_seconds: int = 300


def answer_inline_query(server: "BotApi", params: Params) -> Any:
    query = server.queries.get(params.text("inline_query_id"))
    if query is None or query.answered.is_set() or server.clock() > query.at + server.query_seconds:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    results = params.json("results")
    if not isinstance(results, list):
        raise bad("can't parse results JSON object")
    if len(results) > RESULTS:
        raise bad("RESULTS_TOO_MUCH")
    ids = [str(result.get("id") or "") for result in results]
    if any(not 1 <= len(one.encode()) <= NAME_BYTES for one in ids):
        raise bad("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad("RESULT_ID_DUPLICATE")
    if len(params.text("next_offset").encode()) > NAME_BYTES:
        raise bad("NEXT_OFFSET_INVALID")
    button = _check_button(params.json("button"))
    shown = [_check_result(server, result) for result in results]
    query.files, query.titles = [file for file, _ in shown], [title for _, title in shown]
    query.kinds = [result["type"] for result in results]
    query.next_offset, query.button = params.text("next_offset"), button
    cached = params.number("cache_time")
    query.personal, query.cache_seconds = params.yes("is_personal"), 300 if cached is None else cached
    query.answered.set()
    return True


def _check_button(button: Any) -> Json:
    if button is None:
        return {}
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad("can't parse InlineQueryResultsButton: text must be non-empty")
    if len(button.keys() & {"web_app", "start_parameter"}) != 1:
        raise bad("can't parse InlineQueryResultsButton: exactly one of the optional fields must be used")
    if "start_parameter" in button and not START.fullmatch(str(button["start_parameter"])):
        raise bad("START_PARAM_INVALID")
    return button


def _check_result(server: "BotApi", result: Json) -> tuple[File, str]:
    """The file of a cached result, and its title in the list. An audio is an MP3; a document any file but a photo."""
    kind = result.get("type")
    if kind not in ("audio", "document"):
        raise bad(f"can't parse inline query result: type {kind!r}")
    limits.check_caption(str(result.get("caption") or ""))
    file = server.shelf.files.get(str(result.get(f"{kind}_file_id") or ""))
    if file is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if file.kind == "photo" or (kind == "audio" and file.kind != "audio"):
        raise bad(f"can't use file of type {file.kind.capitalize()} as {str(kind).capitalize()}")
    if kind == "document":
        if not str(result.get("title") or "").strip():
            raise bad("can't parse inline query result: field title must be non-empty")
        return file, str(result["title"])
    if sniff(file.content) != "mp3":
        raise bad("AUDIO_CONTENT_TYPE_INVALID")
    return file, f"{file.performer} - {file.title}"
