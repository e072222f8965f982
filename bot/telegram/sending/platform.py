"""Telegram as a delivery platform: posts cards, fetches uploads, sends parts."""

import asyncio
import shutil
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any, Final

from telegram import (
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    Message,
)
from telegram.error import InvalidToken

from bot.cards.cards import Card
from bot.chats.mixer_links import MixerLinks
from bot.delivery.cards.pictures import Pictured
from bot.delivery.files.opening import opened
from bot.delivery.planning.pieces import Piece
from bot.delivery.planning.plan import CLOUD, LOCAL, Kind, Limits, Part
from bot.delivery.platform import Refused, Sent
from bot.telegram.address import Address
from bot.telegram.sending.errors import as_trouble
from bot.telegram.sending.pace import Pace
from bot.telegram.sending.poster import DIGESTION, TelegramPoster, as_answer, caption_of, keyboard, with_mixer
from bot.telegram.sending.rate_limiter import TelegramBot
from jobs.models import Request, Upload
from jobs.store.store import ResultStore

DOWNLOAD: Final = 60.0  # seconds without a byte


class Telegram(TelegramPoster):
    """One bot on one Bot API server."""

    def __init__(
        self, bot: TelegramBot, store: ResultStore, pace: Pace, pictured: Pictured, mixer: MixerLinks, *, local: bool
    ) -> None:
        super().__init__(bot, store, pace, pictured, mixer)
        self._limits = LOCAL if local else CLOUD

    def limits(self, _: str) -> Limits:
        return self._limits

    @property
    def sends_once(self) -> bool:
        return False

    # --- files in ----------------------------------------------------------------------------------------------

    async def fetch(self, upload: Upload, to: Path) -> None:
        with as_trouble():
            try:
                file = await self._bot.get_file(upload.handle)
                path = file.file_path or ""
                # A Bot API server in local mode has written the file to a disk shared with the bot.
                if not (path.startswith("/") and await asyncio.to_thread(_copied, Path(path), to)):
                    await file.download_to_drive(to, read_timeout=DOWNLOAD)
            except InvalidToken as gone:  # the library raises it for any 404
                raise Refused(f"no such file any more: {gone}") from gone

    # --- files out ---------------------------------------------------------------------------------------------

    async def send(self, request: Request, part: Part, known: dict[str, str], shown: Card | None = None) -> Sent:
        """An album has a caption, and no buttons."""
        address = address_of(request)
        caption = None if shown is None else caption_of(shown)
        messages: tuple[Message, ...] = ()
        async with AsyncExitStack() as files:
            files.enter_context(as_trouble())
            if len(part.pieces) == 1:
                under: dict[str, Any] = {"caption": caption}
                if shown is not None:
                    buttons = with_mixer(shown, address.chat_id, self._mixer, self._bot)
                    under["reply_markup"] = keyboard(buttons)
                messages = (await self._send_one(address, part.kind, part.pieces[0], known, files, under),)
            else:
                messages = await self._send_album(address, part, known, files, caption)
        if shown is not None:
            self._pictured.note(address.chat_id, messages[-1].message_id)  # an edit changes its caption
        return Sent(
            messages=tuple(str(message.message_id) for message in messages),
            files=tuple(_file_id(message) for message in messages),
            card=str(messages[0].message_id) if shown is not None and len(messages) == 1 else "",
        )

    async def _send_one(
        self,
        address: Address,
        kind: Kind,
        piece: Piece,
        known: dict[str, str],
        files: AsyncExitStack,
        under: dict[str, Any],
    ) -> Message:
        """`under`: parameters of its caption and buttons."""
        content = known.get(piece.key) or await self._open(piece, files)
        if kind is Kind.AUDIO:
            return await self._bot.send_audio(
                address.chat_id,
                content,
                **_tags(piece),
                thumbnail=await self._cover(piece) if isinstance(content, InputFile) else None,
                read_timeout=DIGESTION,
                **under,
                **as_answer(address),
            )
        return await self._bot.send_document(
            address.chat_id,
            content,
            disable_content_type_detection=True,
            read_timeout=DIGESTION,
            **under,
            **as_answer(address),
        )

    async def _send_album(
        self, address: Address, part: Part, known: dict[str, str], files: AsyncExitStack, caption: str | None
    ) -> tuple[Message, ...]:
        media: list[InputMediaAudio | InputMediaDocument] = []
        for piece in part.pieces:
            said = caption if piece is part.pieces[-1] else None
            content = known.get(piece.key) or await self._open(piece, files, attach=True)
            if part.kind is Kind.AUDIO:
                cover = await self._cover(piece, attach=True) if isinstance(content, InputFile) else None
                media.append(InputMediaAudio(content, said, **_tags(piece), thumbnail=cover))
            else:
                media.append(InputMediaDocument(content, said, disable_content_type_detection=True))
        return await self._bot.send_media_group(address.chat_id, media, read_timeout=DIGESTION, **as_answer(address))

    async def _open(self, piece: Piece, files: AsyncExitStack, *, attach: bool = False) -> InputFile:
        """A file to upload under its display name; streamed, never read as a whole."""
        file = await opened(self._store, piece, files)
        return InputFile(file.handle, filename=file.name, attach=attach, read_file_handle=False)

    async def _cover(self, piece: Piece, *, attach: bool = False) -> InputFile | None:
        """The small cover, if there is one. The audio files embed the song's cover in any case."""
        if piece.thumbnail is None:
            return None
        with suppress(FileNotFoundError):
            async with self._store.open(piece.track_id, [piece.thumbnail]) as folder:
                content = (folder / piece.thumbnail.name).read_bytes()
            return InputFile(content, filename="cover.jpg", attach=attach)
        return None


def address_of(request: Request) -> Address:
    return Address.model_validate_json(request.address)


def _tags(piece: Piece) -> dict[str, Any]:
    return {"title": piece.title, "performer": piece.performer or None, "duration": round(piece.seconds)}


def _copied(here: Path, to: Path) -> bool:
    """Copy a file that may be gigabytes. False if it is not on this disk."""
    if not here.is_file():
        return False
    shutil.copyfile(here, to)
    return True


def _file_id(message: Message) -> str:
    """The file id of a message; Telegram may have changed the file's kind."""
    file = message.audio or message.document or message.voice or message.video or message.animation
    return file.file_id if file else ""
