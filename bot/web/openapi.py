"""The interface as OpenAPI 3.1, made of the values that are read and written. Served by us, without any viewer."""

from functools import cache
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from bot.web.values import Mixing, Opening, Ordered, Pressed, PressedAction, Said, Status, Task, Text
from jobs import VERSION

_AT: Final = "#/components/schemas/{model}"
_TASK: Final = {"name": "task", "in": "path", "required": True, "schema": {"type": "string", "minLength": 40}}
_SAYS: Final = {
    "401": "the server can be reached from elsewhere, and no token was shown",
    "403": "a page of another site, or a task of another browser",
    "404": "unknown",
    "408": "the client was too slow",
    "409": "too early: the task is not done",
    "410": "the task failed, or its files are not kept any more",
    "413": "the file is too large",
    "421": "a foreign host",
    "422": "a bad id or body",
    "429": "too many songs or requests",
    "503": "the queue is out of reach",
}
_ALWAYS: Final = ("401", "421", "503")


@cache
def openapi() -> dict[str, Any]:
    """The whole description."""
    both: list[Any] = [(one, "serialization") for one in (Status, Task, Said, Pressed, Mixing)]
    both += [(one, "validation") for one in (Text, PressedAction, Ordered, Opening)]
    _, schemas = models_json_schema(both, ref_template=_AT)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FL-BT",
            "version": VERSION,
            "description": "A link or an audio file in, stems and backing tracks out.",
        },
        "paths": _paths(),
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _paths() -> dict[str, Any]:
    video = {
        "name": "video_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[\\w-]{11}$"},
    }
    number = {"name": "n", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
    name = {"name": "name", "in": "query", "required": True, "schema": {"type": "string"}}
    message = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    form = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    of_task = {"parameters": [_TASK]}
    return {
        "/api/submit/{video_id}": {
            "parameters": [video],
            "post": _call("Separate a video of YouTube", Status, "403", "422", "429"),
        },
        "/api/submit": {
            "post": _call("Separate a file", Status, "403", "408", "413", "422", "429")
            | {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}}}
        },
        "/api/upload": {
            "parameters": [name],
            "post": _call("Separate a file that is the whole body", Status, "403", "408", "413", "422", "429")
            | {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {}}}}},
        },
        "/api/status/{task}": of_task | {"get": _call("How far a task is", Status, "404")},
        "/api/events/{task}": of_task | {"get": _streamed("The status of a task, each time it changes", "404")},
        "/api/download/{task}": of_task | {"get": _file("The zip of a task, in byte ranges", "404", "409", "410")},
        "/api/events": {"get": _streamed("Everything of this browser, and each change", "403")},
        "/api/say": {"post": _call("A message, as in a chat", Said, "403", "422") | _takes(Text)},
        "/api/tasks": {"get": _call("The tasks of this browser, newest first", Task, list_of="tasks")},
        "/api/tasks/{task}": of_task
        | {
            "get": _call("A task", Task, "404"),
            "delete": _call("Cancel a task", Status, "403", "404"),
        },
        "/api/tasks/{task}/orders": of_task
        | {"post": _call("Another order of the same song", Status, "403", "404", "422", "429") | _takes(Ordered)},
        "/api/tasks/{task}/chat": of_task
        | {"post": _call("Send the files to the chat of the song", Pressed, "403", "404", "409", "410", "429")},
        "/api/tasks/{task}/press": of_task
        | {"post": _call("Press a button of a task's card", Pressed, "403", "404", "422") | _takes(PressedAction)},
        "/api/tasks/{task}/say": of_task
        | {"post": _call("A message about a song, as a reply to its card", Said, "403", "404", "422") | _takes(Text)},
        "/api/messages/{id}/press": {
            "parameters": [message],
            "post": _call("Press a button of a message", Pressed, "403", "404", "422") | _takes(PressedAction),
        },
        "/api/tasks/{task}/files/{n}": {
            "parameters": [_TASK, number],
            "get": _file("A file of a task, in byte ranges", "404", "409", "410"),
        },
        "/api/tasks/{task}/picture": of_task | {"get": _file("Waveforms, or a chart of chords", "404", "410")},
        "/api/tasks/{task}/cover": of_task | {"get": _file("The cover of the song", "404", "410")},
        "/api/tasks/{task}/analysis": of_task | {"get": _call("What was found in the song", None, "404")},
        "/api/options": {"get": _call("What can be chosen, and the limits", None)},
        "/api/texts": {"get": _call("The texts of the page", None)},
        "/api/mixer": {
            "post": _call(
                "The ticket for the page of a song, by a bot's link", Mixing, "403", "404", "410", "422", "429"
            )
            | _takes(Opening)
        },
        "/player/{task}": of_task | {"get": _file("The player's page of a task", "404", "409", "410")},
    }


def _call(summary: str, answers: type | None, *refusals: str, list_of: str = "") -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": _AT.format(model=answers.__name__)} if answers else {"type": "object"}
    if list_of:
        schema = {"type": "object", "properties": {list_of: {"type": "array", "items": schema}}}
    return _answered(summary, "application/json", schema, refusals)


def _streamed(summary: str, *refusals: str) -> dict[str, Any]:
    return _answered(summary, "text/event-stream", {"type": "string"}, refusals)


def _file(summary: str, *refusals: str) -> dict[str, Any]:
    call = _answered(summary, "*/*", {"type": "string", "format": "binary"}, refusals)
    call["responses"]["206"] = {"description": "a part of it"}
    return call


def _answered(summary: str, type_: str, schema: dict[str, Any], refusals: tuple[str, ...]) -> dict[str, Any]:
    refused = {"application/json": {"schema": {"$ref": _AT.format(model="Status")}}}
    responses: dict[str, Any] = {"200": {"description": "done", "content": {type_: {"schema": schema}}}}
    for code in sorted({*refusals, *_ALWAYS}):
        responses[code] = {"description": _SAYS[code], "content": refused}
    return {"summary": summary, "responses": responses}


def _takes(model: type) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": _AT.format(model=model.__name__)}}}
    return {"requestBody": {"required": True, "content": content}}
