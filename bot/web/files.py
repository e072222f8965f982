"""Files of the store as answers: byte ranges, HEAD and ETag, read as they are sent."""

from pathlib import Path
from typing import Final
from urllib.parse import quote

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from bot.delivery.planning.pieces import Piece
from bot.texts import Language
from bot.web.refusals import Refusal, refused
from bot.web.tasks import Known, type_of
from jobs.models import Rendition, TrackId
from jobs.queue.catalogue import Catalogue
from jobs.results import StoredFile

#: Names may be private, and files are removed: nothing on the way may keep them.
_CACHE: Final = "private, no-cache"


class StoredFileResponse(web.FileResponse):
    """One file of a track, which stays readable while it is sent."""

    def __init__(self, catalogue: Catalogue, known: Known, file: StoredFile, rendition: Rendition | None) -> None:
        super().__init__(Path(file.name), chunk_size=1 << 18)
        self._catalogue = catalogue
        self._opening = (known.view.request.track_id, (file,), rendition)

    @classmethod
    async def of(
        cls, catalogue: Catalogue, known: Known, piece: Piece, language: Language, *, inline: bool = False
    ) -> "StoredFileResponse":
        """A file under its name for people. Raises `Refusal` 410 if it is gone."""
        response = cls(catalogue, known, piece.stored, piece.rendition)
        await response.check(language)
        response.headers["Content-Type"] = type_of(piece.name)
        if not inline:
            response.headers["Content-Disposition"] = attachment(piece.name)
        return response

    async def check(self, language: Language) -> None:
        """Raises `Refusal` 410 if the file is gone."""
        try:
            async with self._catalogue.store.open(*self._opening):
                self.headers["Cache-Control"] = _CACHE
        except FileNotFoundError:
            raise await lost(self._catalogue, self._opening[0], language) from None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        try:
            async with self._catalogue.store.open(*self._opening) as folder:
                self._path = folder / self._opening[1][0].name
                return await super().prepare(request)
        except FileNotFoundError as gone:  # since `check`, a moment ago
            raise ConnectionResetError from gone


async def lost(catalogue: Catalogue, track_id: TrackId, language: Language) -> Refusal:
    """The refusal 410 of a file that is gone. The note that listed it is written again: pages offer to make it."""
    await catalogue.refresh(track_id)
    return refused(410, language, "web-gone")


def attachment(name: str) -> str:
    """A header for a download under any name: as it is in UTF-8, and in plain letters for old clients."""
    plain = "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
