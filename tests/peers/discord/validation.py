"""Bodies against the reduced description, and what no schema says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

from tests.peers.discord.world import FILE_BYTES, Json, Refused

DESCRIPTION: Final[Json] = json.loads(Path(__file__).with_name("openapi.json").read_text("utf-8"))

#: Bytes of all files of a request; of one that is larger where the server's tier takes it.
REQUEST_BYTES: Final = 25 << 20

#: The style of a button that opens a link.
LINK: Final = 5

_COMMAND: Final = re.compile(r"[-_'\w]{1,32}")


@cache
def _validator(path: str, method: str, *, is_answer: bool = False) -> Draft202012Validator:
    """Of a request's body, or of its answer. Without a schema everything is valid."""
    operation = DESCRIPTION["paths"].get(path, {}).get(method, {})
    described = operation.get("responses", {}).get("200", {}) if is_answer else operation.get("requestBody", {})
    schema = described.get("content", {}).get("application/json", {}).get("schema", {})
    return Draft202012Validator({**schema, "components": DESCRIPTION["components"]})


def check_answer(path: str, method: str, answer: Any) -> None:
    """An answer of the stand-in has what Discord's have."""
    wrong = [
        f"{error.json_path}: {error.message}" for error in _validator(path, method, is_answer=True).iter_errors(answer)
    ]
    assert wrong == [], f"{method} {path}"


def validate(path: str, method: str, body: Any) -> None:
    """Raises `Refused` for what Discord would refuse."""
    for error in _validator(path, method).iter_errors(body):
        where = ".".join(str(part) for part in error.absolute_path)
        raise Refused(400, 50035, f"Invalid Form Body: {where}: {error.message[:300]}")
    if path.endswith("/commands"):
        _commands(body)
    elif isinstance(body, dict):
        _message(body if "data" not in body else body["data"] or {})


def _message(body: Json) -> None:
    buttons = [button for row in body.get("components", []) for button in row["components"]]
    for button in buttons:
        _button(button)
    ids = [button["custom_id"] for button in buttons if "custom_id" in button]
    if len(ids) != len(set(ids)):
        raise Refused(400, 50035, "Invalid Form Body: components: Component custom id cannot be duplicated")
    if body.get("content") and (body.get("allowed_mentions") or {}).get("parse") != []:
        raise Refused(400, 50035, "the test's own rule: a message mentions no person")


def _button(button: Json) -> None:
    """A link has a URL and no id, all other buttons an id. https://discord.com/developers/docs/components/reference"""
    if (button["style"] == LINK) is not ("url" in button) or ("url" in button) is ("custom_id" in button):
        raise Refused(400, 50035, "Invalid Form Body: components: a link has a URL alone, others an id alone")
    url = button.get("url", "https://")
    if len(url) > 512 or not url.startswith(("https://", "http://", "discord://")):
        raise Refused(400, 50035, "Invalid Form Body: components: Not a well formed URL.")


def check_new(body: Json, files: dict[int, tuple[str, bytes]], file_bytes: int = FILE_BYTES[0]) -> None:
    """A new message must have something in it, and its files be described."""
    forward = (body.get("message_reference") or {}).get("type") == 1
    if forward and (body.get("content") or files or body.get("components")):
        raise Refused(400, 50035, "Invalid Form Body: a forwarded message has nothing of its own")
    if not forward and not body.get("content") and not files:
        raise Refused(400, 50006, "Cannot send an empty message")
    if files and (body.get("allowed_mentions") or {}).get("parse") != []:
        raise Refused(400, 50035, "the test's own rule: a message mentions no person")
    described = {int(one["id"]) for one in body.get("attachments", [])}
    if described - set(files):
        raise Refused(400, 50035, "Invalid Form Body: attachments: no such file")
    check_files(files, file_bytes)


def check_files(files: dict[int, tuple[str, bytes]], file_bytes: int) -> None:
    """The sizes of a request's files."""
    for name, content in files.values():
        if len(content) > file_bytes:
            raise Refused(413, 40005, f"Request entity too large: {name}")
        if not content:
            raise Refused(400, 50006, "Cannot send an empty message")
    if sum(len(content) for _, content in files.values()) > max(REQUEST_BYTES, file_bytes):
        raise Refused(413, 40005, "Request entity too large")


def _commands(body: list[Json]) -> None:
    names = [(one["type"], one["name"]) for one in body]
    if len(names) != len(set(names)):
        raise Refused(400, 50035, "Invalid Form Body: names must be unique")
    for command in body:
        if command["type"] == 1:
            if "description" not in command:
                raise Refused(400, 50035, "Invalid Form Body: description: This field is required")
            options = command.get("options", [])
            for one in [command, *options]:
                for name in (one["name"], *one.get("name_localizations", {}).values()):
                    if name != name.lower() or not _COMMAND.fullmatch(name):
                        raise Refused(400, 50035, f"Invalid Form Body: name: {name}")
            required = [bool(option.get("required")) for option in options]
            if required != sorted(required, reverse=True):
                raise Refused(400, 50035, "Invalid Form Body: required options must be placed before non-required ones")
            for locale in {one for option in options for one in option.get("name_localizations", {})}:
                called = [option.get("name_localizations", {}).get(locale, option["name"]) for option in options]
                if len(called) != len(set(called)):
                    raise Refused(400, 50035, "Invalid Form Body: options must have different names")
        elif "description" in command or "options" in command:
            raise Refused(400, 50035, "Invalid Form Body: a message command has a name only")
