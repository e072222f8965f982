"""Files of the store as answers: byte ranges, HEAD and ETag, read as they are sent."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from bot.delivery.planning.pieces import Piece
from bot.texts import Language
from bot.web.refusals import refused
from bot.web.tasks import Known, type_of
from jobs.models import Rendition
from jobs.results import StoredFile
from jobs.store.store import ResultStore

#: Names may be private, and files are removed: nothing on the way may keep them.
_CACHE: Final = "private, no-cache"


class StoredFileResponse(web.FileResponse):
    """One file of a track, which stays readable while it is sent."""

    def __init__(self, store: ResultStore, known: Known, file: StoredFile, rendition: Rendition | None) -> None:
        super().__init__(Path(file.name), chunk_size=1 << 18)
        self._opening = (store, known.view.request.track_id, file, rendition)

    @classmethod
    async def of(
        cls, store: ResultStore, known: Known, piece: Piece, language: Language, *, inline: bool = False
    ) -> "StoredFileResponse":
        """A file under its name for people. Raises `Refusal` 410 if it is gone."""
        response = cls(store, known, piece.stored, piece.rendition)
        await response.check(language)
        response.headers["Content-Type"] = type_of(piece.name)
        if not inline:
            response.headers["Content-Disposition"] = attachment(piece.name)
        return response

    async def check(self, language: Language) -> None:
        """Raises `Refusal` 410 if the file is gone."""
        store, track_id, file, rendition = self._opening
        try:
            async with store.open(track_id, (file,), rendition):
                self.headers["Cache-Control"] = _CACHE
        except FileNotFoundError:
            raise refused(410, language, "web-gone") from None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        store, track_id, file, rendition = self._opening
        try:
            async with store.open(track_id, (file,), rendition) as folder:
                self._path = folder / file.name
                return await super().prepare(request)
        except FileNotFoundError as gone:  # since `check`, a moment ago
            raise ConnectionResetError from gone


def attachment(name: str) -> str:
    """A header for a download under any name: as it is in UTF-8, and in plain letters for old clients."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
