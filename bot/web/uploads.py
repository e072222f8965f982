"""Uploads: counted and written while they arrive, into the store's scratch; a broken one leaves nothing."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import PurePath
from typing import BinaryIO, Final

from aiohttp import BodyPartReader, web

from bot.links.kinds import Kind, kind_of
from bot.texts import Language, sentence
from bot.web import submitting
from bot.web.refusals import Refusal, refused
from bot.web.site import Site
from bot.web.tasks import Known
from bot.web.visitors import Visitor
from jobs.failures import Failure, Reason
from jobs.filenames import one_line
from jobs.models import Upload

BLOCK: Final = 1 << 16
FRAME: Final = 1 << 16  # bytes of a form around its file
LOOK: Final = 1 << 24  # bytes between two looks at the disk's room
SETTLING: Final = 60.0  # seconds before an upload can be too slow
LONGEST_NAME: Final = 255

Read = Callable[[], Awaitable[bytes]]


async def take_body(site: Site, visitor: Visitor, request: web.Request) -> Known:
    """The whole body is the file; its name is in the address. Raises `Refusal`."""
    return await _take(
        site, visitor, request, request.query.get("name", ""), request.content_type, lambda: request.content.read(BLOCK)
    )


async def take_form(site: Site, visitor: Visitor, request: web.Request) -> Known:
    """The field `file` of a form. Other fields are not read. Raises `Refusal`."""
    language = visitor.language
    refuse_too_large(site, language, request)
    if request.content_type != "multipart/form-data":
        raise refused(422, language, "web-no-file")
    try:
        async with asyncio.timeout(site.pace.block):
            parts = await request.multipart()
            part = await parts.next()
            while part is not None and not (isinstance(part, BodyPartReader) and part.name == "file"):
                part = await parts.next()
    except TimeoutError:
        raise refused(408, language, "web-slow") from None
    except (ValueError, AssertionError, ConnectionError) as why:
        raise refused(422, language, "web-broken-upload") from why
    if not isinstance(part, BodyPartReader):
        raise refused(422, language, "web-no-file")
    file, kind = part, part.headers.get("Content-Type", "")
    return await _take(site, visitor, request, file.filename or "", kind, lambda: file.read_chunk(BLOCK))


def refuse_too_large(site: Site, language: Language, request: web.Request) -> None:
    """Refuse by the length that is told, before anything is sent. Raises `Refusal` 413."""
    if (request.content_length or 0) > site.services.upload_limit() + FRAME:
        raise _too_large(site, language, request.content_length or 0)


async def _take(site: Site, visitor: Visitor, request: web.Request, name: str, kind: str, read: Read) -> Known:
    """Write what arrives, keep it, and make a task of it."""
    language, store = visitor.language, site.services.catalogue.store
    refuse_too_large(site, language, request)
    name = one_line(PurePath(name.replace("\\", "/")).name)[:LONGEST_NAME]
    if kind_of(name, kind.partition(";")[0]) is Kind.OTHER:
        raise refused(422, language, "upload-not-media")
    async with _one_of_few(site, visitor):
        try:
            with store.workspace.incoming(request.content_length or 0) as path:
                with path.open("wb") as file:
                    size, digest = await _arriving(site, language, read, file)
                if size == 0:
                    raise Refusal(422, sentence(Failure(reason=Reason.EMPTY), language))
                digest.update(b"\0" + PurePath(name).stem.encode())  # under another name it is another song
                upload = Upload(upload_id=digest.hexdigest()[:40], name=name, bytes_=size)
                await store.keep_upload(path, upload)
        except ConnectionError as why:  # of the store, or of a client that is gone
            raise refused(503, language, "web-broken-upload") from why
        except OSError as why:
            raise Refusal(507, sentence(Failure(reason=Reason.NO_DISK, detail=repr(why)), language)) from why
    return await submitting.submit(site, visitor, upload)


async def _arriving(site: Site, language: Language, read: Read, file: BinaryIO) -> "tuple[int, hashlib._Hash]":
    """Write blocks as they come. Returns their size and digest. Raises `Refusal` 413, 408 and 400, and `OSError`."""
    pace, workspace, limit = site.pace, site.services.catalogue.store.workspace, site.services.upload_limit()
    size, looked, digest, begun = 0, 0, hashlib.sha256(), time.monotonic()
    while True:
        try:
            async with asyncio.timeout(pace.block):
                block = await read()
        except TimeoutError:
            raise refused(408, language, "web-slow") from None
        except (ValueError, AssertionError, web.RequestPayloadError) as why:
            raise refused(400, language, "web-broken-upload") from why
        if not block:
            return size, digest
        size += len(block)
        if size > limit:
            raise _too_large(site, language, size)
        if time.monotonic() - begun > SETTLING and size < pace.slowest * (time.monotonic() - begun):
            raise refused(408, language, "web-slow")
        if size - looked > LOOK:
            looked = size
            if workspace.free_bytes() < workspace.keep_free:
                raise Refusal(507, sentence(Failure(reason=Reason.NO_DISK), language))
        digest.update(block)
        file.write(block)


@asynccontextmanager
async def _one_of_few(site: Site, visitor: Visitor) -> AsyncIterator[None]:
    """Room for an upload. Raises `Refusal` 429 for one too many of a person."""
    if site.uploads[visitor.person] >= site.pace.uploads:
        raise refused(429, visitor.language, "web-too-fast")
    site.uploads[visitor.person] += 1
    try:
        yield
    finally:
        site.uploads[visitor.person] -= 1
        if not site.uploads[visitor.person]:
            del site.uploads[visitor.person]


def _too_large(site: Site, language: Language, size: int) -> Refusal:
    values = {"bytes": size, "limit_bytes": site.services.upload_limit()}
    return Refusal(413, sentence(Failure(reason=Reason.TOO_LARGE, values=values), language))
