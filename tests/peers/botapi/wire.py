"""Reads requests and writes answers."""

import json

from aiohttp import BodyPartReader, web

from tests.peers.botapi.files import Params, Part
from tests.peers.botapi.world import Refused


async def read(http: web.Request, most: int) -> Params:
    """Query, form, JSON or multipart: the Bot API accepts all. Raises 413 above `most` bytes of body."""
    if (http.content_length or 0) > most:
        async for _ in http.content.iter_chunked(1 << 20):
            pass
        raise Refused(413, "Request Entity Too Large")
    params = Params(dict(http.query))
    if http.content_type == "application/json":
        wire = await http.json()
        params.fields |= {name: value if isinstance(value, str) else json.dumps(value) for name, value in wire.items()}
    elif http.content_type == "multipart/form-data":
        await _read_parts(http, params)
    else:
        params.fields |= {name: str(value) for name, value in (await http.post()).items()}
    return params


async def _read_parts(http: web.Request, params: Params) -> None:
    async for part in await http.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = bytes(await part.read())
        if part.filename is None:
            params.fields[part.name or ""] = content.decode()
        else:
            params.parts[part.name or ""] = Part(part.filename, content, part.headers.get("Content-Type", ""))


def refusal(no: Refused) -> web.Response:
    extra = {"parameters": no.parameters} if no.parameters else {}
    body = {"ok": False, "error_code": no.code, "description": no.description, **extra}
    return web.json_response(body, status=no.code)


def break_off(http: web.Request) -> web.Response:
    """Reset the connection; the response is not sent."""
    if http.transport is not None:
        http.transport.abort()
    return web.Response()
