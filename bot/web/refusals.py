"""Refusals: an HTTP status, and a sentence for a person, as JSON."""

from collections.abc import Mapping

from aiohttp import web

from bot.texts import Language, say
from bot.web.values import Status


class Refusal(Exception):  # noqa: N818 - an answer; the middleware sends it
    """Ends the handling of a request. `sentence`: for a person, in their language."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers


def refused(status: int, language: Language, message: str, /, **values: str | int) -> Refusal:
    """A refusal with the sentence `message`."""
    return Refusal(status, say(language, message, **values))


def as_response(why: Refusal, *, close: bool = False) -> web.Response:
    """`close`: what the client still sends is not read."""
    body = Status(status="FAILURE", error=why.sentence).model_dump_json()
    response = web.Response(status=why.status, text=body, content_type="application/json", headers=why.headers)
    if close:
        response.force_close()
    return response


def as_json(body: str, status: int = 200) -> web.Response:
    """JSON that no cache keeps."""
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)
