"""The HTTP side: tokens, multipart, faults on demand, flood control, and the record of every request."""

import asyncio
import inspect
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.discretion import hear
from tests.peers.botapi import limits, wire
from tests.peers.botapi.faults import Fault, Request, Trouble
from tests.peers.botapi.files import Shelf
from tests.peers.botapi.inline import Query
from tests.peers.botapi.methods import METHODS
from tests.peers.botapi.people import Chat, Press
from tests.peers.botapi.updates import Updates
from tests.peers.botapi.world import PATIENCE, File, Person, Place, Refused

T = TypeVar("T")


@dataclass
class BotApi:
    """The server. `local` behaves like a self-hosted Bot API server in local mode."""

    token: str = "7000001:AAtest-token-of-the-small-bot-api-server"
    privacy: bool = True  # groups: the bot sees commands, mentions and replies to itself only
    pace: limits.Pace | None = None
    local: bool = False
    inline_on: bool = True  # as after /setinline at BotFather
    upload_bytes: int = 0  # of one request's body; 0: Telegram's limit
    download_bytes: int = 0
    query_seconds: float = 30.0  # for the answer to a pressed button
    digestion: float = 0.0  # seconds of an upload, half of them before the message is in the chat, half after
    gates: dict[str, asyncio.Event] = field(default_factory=dict)  # by method: its calls wait for the event
    taking: int = 0  # current uploads
    clock: Callable[[], float] = time.monotonic

    persons: dict[int, Person] = field(default_factory=dict)
    places: dict[int, Chat] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    updates: Updates = field(default_factory=Updates)
    presses: dict[str, Press] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    commands: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # (scope, language) → menu
    requests: list[Request] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    port: int = 0
    posting: asyncio.Task[None] | None = None  # of updates to a webhook
    _serial: int = 0

    async def __aenter__(self) -> Self:
        self.upload_bytes = self.upload_bytes or (limits.LOCAL_UPLOAD if self.local else limits.CLOUD_UPLOAD)
        self.download_bytes = self.download_bytes or (1 << 40 if self.local else limits.CLOUD_DOWNLOAD)
        self.shelf.local = self.local
        self._folder = tempfile.TemporaryDirectory(prefix="botapi-")
        self._looks: list[Callable[[], None]] = []  # of the tests that wait
        app = web.Application(client_max_size=1 << 40)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.posting is not None:
            self.posting.cancel()
        await self._runner.cleanup()
        self._folder.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    # --- people -------------------------------------------------------------------------------------------------

    def person(self, name: str, *, id: int = 0, language: str = "en") -> Person:  # noqa: A002 - Telegram's word
        one = Person(id or 100 + self.serial(), name, language, name.lower())
        self.persons[one.id] = one
        return one

    def private(self, person: Person) -> Chat:
        """The person's chat with the bot. The bot cannot write there before the person has."""
        return self.places.get(person.id) or self._place(Chat(person.id, "private", "", [person], opened=False))

    def group(
        self,
        title: str,
        members: Sequence[Person],
        *,
        forum: bool = False,
        basic: bool = False,
        admins: Sequence[int] = (),
        topics: Sequence[str] = (),
    ) -> Chat:
        """A group with the bot in it: a supergroup, or a basic one that can still `upgrade`. Topics count from 2."""
        number = self.serial()
        chat_id = -(5000 + number) if basic else -(1000000000000 + number)
        threads = dict(enumerate(topics, 2)) if forum else {}
        chat = Chat(chat_id, "group" if basic else "supergroup", title, list(members), forum=forum, topics=threads)
        chat.admins = list(admins) or [members[0].id]
        chat.next_id = 100  # below are the topics' own messages
        return self._place(chat)

    def _place(self, chat: Chat) -> Chat:
        chat.server = self
        self.places[chat.id] = chat
        return chat

    async def inline(self, person: Person, words: str, offset: str = "") -> Query:
        """A person types `@bot words` in any chat. Returns what the person sees then."""
        assert self.inline_on, "inline mode is off"
        query = Query(f"inline{self.serial()}", person, self.clock())
        self.queries[query.id] = query
        wire = {"id": query.id, "from": person.to_json(), "query": words[:256], "offset": offset}
        self.updates.add("inline_query", wire | {"chat_type": "supergroup"})
        self.notice()
        await asyncio.wait_for(query.answered.wait(), PATIENCE)
        return query

    # --- for the tests --------------------------------------------------------------------------------------------

    @property
    def refused(self) -> list[Request]:
        """Requests that the Bot API would refuse. Faults on demand are not among them."""
        return [one for one in self.requests if 400 <= one.code < 500 and not one.injected]

    def calls(self, method: str) -> list[Request]:
        return [one for one in self.requests if one.method == method.lower()]

    def fault(self, method: str, trouble: Trouble, *, times: int = 1, retry_after: int = 1, after: int = 0) -> None:
        """The next `times` calls of `method` ("*": any but getUpdates), after `after` good ones, meet `trouble`."""
        self.faults.append(Fault(method.lower(), trouble, times, retry_after, after))

    async def until(
        self, condition: Callable[[], T | None], seconds: float = PATIENCE, tell: Callable[[], str] = str
    ) -> T:
        """The condition's first true value. It is evaluated during every request and message, so none is missed."""
        if answer := condition():
            return answer
        found: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def look() -> None:
            try:
                if not found.done() and (answer := condition()):
                    found.set_result(answer)
            except Exception as error:  # the test's, not the server's
                found.set_exception(error)

        self._looks.append(look)
        try:
            return await asyncio.wait_for(found, seconds)
        except TimeoutError:
            last = "\n".join(f"{one.method} {one.code} {one.description}" for one in self.requests[-10:])
            raise AssertionError(f"not within {seconds} s\n{tell()}\nlast requests:\n{last}") from None
        finally:
            self._looks.remove(look)

    def notice(self) -> None:
        for look in list(self._looks):
            look()

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    # --- used by the methods ----------------------------------------------------------------------------------------

    def keep_pace(self, place: Place, messages: int) -> None:
        wait = self.pace.ask(place, messages, self.clock()) if self.pace else 0
        if wait:
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)

    def file_path(self, file: File) -> str:
        name = f"{file.kind}s/{file.id}"
        if not self.local:
            return name
        path = Path(self._folder.name) / file.id
        path.write_bytes(file.content)
        return str(path)

    # --- HTTP -------------------------------------------------------------------------------------------------------

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return web.Response(status=401)
        file = self.shelf.files.get(request.match_info["path"].rpartition("/")[2])
        if file is None or file.bytes_ > self.download_bytes:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type="application/octet-stream")

    async def _answer(self, http: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        record = Request(time.time(), http.match_info["method"].lower())
        try:
            params = await wire.read(http, self.upload_bytes)
            record.fields = params.fields
            record.uploads = {name: (part.name, len(part.content)) for name, part in params.parts.items()}
            if http.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            fault = next((one for one in self.faults if one.takes(record.method)), None)
            record.injected = fault is not None
            if fault is not None and fault.trouble not in (Trouble.LOST, Trouble.MUTE):
                return await _misbehave(fault, http, record)
            if record.method not in METHODS:
                raise Refused(404, "Not Found: method not found")
            if gate := self.gates.get(record.method):
                await gate.wait()
            async with self._digest(record):
                result = METHODS[record.method](self, params)
            result = await result if inspect.isawaitable(result) else result
            if fault is not None and fault.trouble is Trouble.MUTE:
                self.notice()
                await asyncio.Event().wait()
            if fault is not None:
                return wire.break_off(http)
            record.code = 200
            return web.json_response({"ok": True, "result": result})
        except Refused as no:
            record.code, record.description = no.code, no.description
            return wire.refusal(no)
        finally:
            record.seconds = time.monotonic() - started
            self.requests.append(record)
            hear("what the bot sent", record.fields)
            self.notice()

    @asynccontextmanager
    async def _digest(self, record: Request) -> AsyncIterator[None]:
        if not record.uploads:
            yield
            return
        self.taking += 1
        try:
            await asyncio.sleep(self.digestion / 2)
            yield
            await asyncio.sleep(self.digestion / 2)
        finally:
            self.taking -= 1


async def _misbehave(fault: Fault, http: web.Request, record: Request) -> web.StreamResponse:
    match fault.trouble:
        case Trouble.FLOOD:
            wait = fault.retry_after
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        case Trouble.ERROR:
            raise Refused(500, "Internal Server Error")
        case Trouble.GATEWAY:
            record.code = 502
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        case Trouble.HANG:
            await asyncio.Event().wait()
    return wire.break_off(http)
