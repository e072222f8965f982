"""The HTTP side: tokens, bodies, faults on demand, rate limits, and the record of every request."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from tests.discretion import hear
from tests.peers.discord.faults import Fault, Pace, Request, TooFast, Trouble
from tests.peers.discord.gateway import Gateway
from tests.peers.discord.interactions import Interaction
from tests.peers.discord.people import People
from tests.peers.discord.rest import Files, Rest
from tests.peers.discord.validation import check_answer, validate
from tests.peers.discord.world import Json, Refused, World

TOKEN: Final = "MTIz.AAtest-token-of-the-small-bot-api-server"


class Discord(People):
    """The server. `pace`: what Discord allows of each route in a channel. `digestion`: seconds that files take.

    `together`: what it allows of a bot's requests of all kinds, answers to interactions apart.
    """

    def __init__(self, pace: Pace | None = None, digestion: float = 0.0) -> None:
        self.digestion = digestion
        self.taking = 0  # messages with files that are being sent
        self.token = TOKEN
        self.world = World()
        self.rest = Rest(self.world)
        self.gateway = Gateway(self.world, TOKEN)
        self.pace = pace
        self.together = Pace(50, 1.0)
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_get("/gateway", self.gateway.answer)
        app.router.add_get("/attachments/{channel}/{attachment}/{name}", self._download)
        app.router.add_route("*", "/api/v10/{path:.+}", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = int(self._runner.addresses[0][1])
        self.world.cdn = f"http://127.0.0.1:{self.port}"
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gateway"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.drop()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def refused(self) -> list[Request]:
        """Requests that Discord would have refused."""
        return [one for one in self.requests if one.status >= 400 and not one.injected]

    @property
    def unacknowledged(self) -> list[Interaction]:
        return [one for one in self.rest.interactions.values() if one.acknowledged is None]

    def calls(self, call: str) -> list[Request]:
        return [one for one in self.requests if one.call.startswith(call)]

    def fail(self, call: str, trouble: Trouble, **about: Any) -> Fault:
        fault = Fault(call, trouble, **about)
        self.faults.append(fault)
        return fault

    # --- HTTP --------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path, method = "/" + request.match_info["path"], request.method.lower()
        parts = path.strip("/").split("/")
        template, arguments = _route(parts)
        record = Request(call=f"{request.method} {template}")
        self.requests.append(record)
        fault = next((one for one in self.faults if one.takes(record.call)), None)
        if fault is not None and fault.trouble is not Trouble.LOST:
            await request.read()
            record.injected = True
            return self._go_wrong(request, record, fault)
        headers: dict[str, str] = {}
        try:
            public = template.startswith(("/webhooks", "/interactions"))
            if not public and request.headers.get("Authorization") != f"Bot {self.token}":
                raise Refused(401, 0, "401: Unauthorized")
            if not public:
                self._keep_together()
            body, files = await _body(request)
            record.body, record.files = body if isinstance(body, dict) else {"": body}, _sizes(files)
            hear("a request to Discord", json.dumps(body))
            headers = self._paced(record.call, path if "channels" in template else "")
            if method in ("post", "put", "patch"):
                validate(template, method, body)
            async with self._digesting(files):
                told = self._do(method, template, arguments, body, files, dict(request.query))
            if told is not None:
                check_answer(template, method, told)
            status, answer = (204, None) if told is None else (200, told)
        except Refused as no:
            status, answer = no.status, {"message": no.message, "code": no.code}
            record.code, record.message = no.code, no.message
            if isinstance(no, TooFast):
                headers, answer = no.headers, no.body
        record.status = status
        self.world.touch()
        if fault is not None:
            record.injected = True
            self._break(request)
        return _json(answer, status, headers) if status != 204 else web.Response(status=204)

    @asynccontextmanager
    async def _digesting(self, files: Files) -> AsyncIterator[None]:
        """Half of the time before a message with files is there, and half after it."""
        seconds = self.digestion / 2 if files else 0.0
        self.taking += bool(files)
        try:
            await asyncio.sleep(seconds)
            yield
            await asyncio.sleep(seconds)
        finally:
            self.taking -= bool(files)

    def _keep_together(self) -> None:
        left, wait = self.together.take("")
        if left < 0:
            raise TooFast(wait, is_global=True)

    def _paced(self, call: str, path: str) -> dict[str, str]:
        if self.pace is None or not path or call.startswith("GET"):
            return {}
        bucket = f"{call}:{path.split('/')[2]}"
        left, wait = self.pace.take(bucket)
        if left < 0:
            raise TooFast(wait)
        return {
            "X-RateLimit-Limit": str(self.pace.most), "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(time.time() + wait), "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": str(abs(hash(call)) % 10**8),
        }  # fmt: skip

    def _do(  # noqa: PLR0912 - a table of calls
        self, method: str, template: str, arguments: list[str], body: Any, files: Files, query: dict[str, str]
    ) -> Any:
        rest, world = self.rest, self.world
        match method, template:
            case "get", "/gateway/bot":
                limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
                return {"url": self.gateway.url, "shards": 1, "session_start_limit": limit}
            case "get", "/users/@me":
                return world.bot.payload
            case "get", "/oauth2/applications/@me":
                return rest.about_application()
            case "post", "/users/@me/channels":
                return rest.open_direct(world.users[int(body["recipient_id"])]).payload
            case "put", "/applications/{application}/commands":
                return rest.set_commands(body)
            case "get", "/channels/{channel}/messages":
                return rest.history(arguments[0], query)
            case "get", "/channels/{channel}/messages/{message}":
                return rest.one(arguments[0], arguments[1])
            case "post", "/channels/{channel}/messages":
                return rest.send(arguments[0], body, files).payload(world)
            case "patch", "/channels/{channel}/messages/{message}":
                return rest.edit(arguments[0], arguments[1], body, files).payload(world)
            case "post", "/interactions/{interaction}/{token}/callback":
                return rest.callback(arguments[0], arguments[1], body)
            case "post", "/webhooks/{application}/{token}":
                return rest.follow_up(arguments[1], body).payload(world)
            case "patch", "/webhooks/{application}/{token}/messages/@original":
                return rest.edit_original(arguments[1], body).payload(world)
            case "delete", "/webhooks/{application}/{token}/messages/@original":
                return rest.delete_original(arguments[1])
        raise Refused(405, 0, "405: Method Not Allowed")

    def _go_wrong(self, request: web.Request, record: Request, fault: Fault) -> web.StreamResponse:
        match fault.trouble:
            case Trouble.ERROR:
                return web.Response(status=503, text="upstream connect error")
            case Trouble.BAD_GATEWAY:
                return web.Response(status=502, text="<html>", content_type="text/html")
            case Trouble.FLOOD:
                if fault.retry_after is None:
                    return _json({"message": "You are being blocked from accessing our API"}, 429, {"Via": "1.1 x"})
                no = TooFast(fault.retry_after, is_global=fault.is_global)
                return _json(no.body | {"code": fault.code}, 429, no.headers)
            case Trouble.REFUSED:
                record.status, record.code = fault.status, fault.code
                return _json({"message": "refused by the test", "code": fault.code}, fault.status, {})
            case _:
                self._break(request)
                return web.Response(status=500)

    def _break(self, request: web.Request) -> None:
        if request.transport is not None:
            request.transport.abort()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("hm") != self.world.signature:
            return web.Response(status=404, text="This content is no longer available.")
        for file in (*(one for _, one in self.world.files()), *self.attached):
            if str(file.id) == request.match_info["attachment"]:
                return web.Response(body=file.content)
        return web.Response(status=404)

    async def tell(self, name: str, data: Json) -> None:
        await self.gateway.dispatch(name, data)


def _json(told: Any, status: int, headers: dict[str, str]) -> web.Response:
    """Without a charset, as Discord sends it."""
    body = json.dumps(told).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _route(parts: list[str]) -> tuple[str, list[str]]:
    """The path as the description has it, and what stands for its arguments."""
    match parts:
        case ["channels", channel, "messages"]:
            return "/channels/{channel}/messages", [channel]
        case ["channels", channel, "messages", message]:
            return "/channels/{channel}/messages/{message}", [channel, message]
        case ["applications", application, "commands"]:
            return "/applications/{application}/commands", [application]
        case ["interactions", interaction, token, "callback"]:
            return "/interactions/{interaction}/{token}/callback", [interaction, token]
        case ["webhooks", application, token]:
            return "/webhooks/{application}/{token}", [application, token]
        case ["webhooks", application, token, "messages", "@original"]:
            return "/webhooks/{application}/{token}/messages/@original", [application, token]
    return "/" + "/".join(parts), []


async def _body(request: web.Request) -> tuple[Any, Files]:
    if not request.can_read_body:
        return {}, {}
    if not request.content_type.startswith("multipart/"):
        return await request.json(), {}
    body: Any = {}
    files: Files = {}
    async for part in await request.multipart():
        name, content = getattr(part, "name", "") or "", await part.read()  # type: ignore[union-attr]
        if name == "payload_json":
            body = json.loads(content)
        else:
            number = int(name.removeprefix("files[").removesuffix("]"))
            files[number] = getattr(part, "filename", "") or "", bytes(content)
    return body, files


def _sizes(files: Files) -> dict[str, int]:
    return {name: len(content) for name, content in files.values()}
