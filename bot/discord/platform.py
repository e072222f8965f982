"""Discord, as `follow` needs it: cards, uploads fetched, parts delivered once."""

import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import discord

from bot.delivery.plain_names import plain_name
from bot.delivery.planning.pieces import Piece
from bot.delivery.planning.plan import Kind, Limits, Part
from bot.delivery.platform import CardGone, Refused, Sent, UnknownFile
from bot.discord import fetching
from bot.discord.address import Address, parse
from bot.discord.errors import as_trouble
from bot.discord.poster import NO_MENTIONS, PACE, DiscordPoster, as_answer, nonce_of
from jobs.models import Request, Upload
from jobs.store.store import ResultStore

#: 10 MiB a file, 25 MiB a request, less what surrounds the files.
#: https://discord.com/developers/docs/reference#uploading-files
LIMITS: Final = Limits(
    file_bytes=10 << 20, request_bytes=(25 << 20) - (64 << 10), album_max=10, photo_bytes=(10 << 20) - (1 << 20)
)
#: Seconds for which Discord knows a nonce; it says "a few minutes".
NONCE: Final = 60.0
#: Messages after a question among which a part is looked for.
LOOK_BACK: Final = 100


class Discord(DiscordPoster):
    """One bot."""

    def __init__(self, client: discord.Client, store: ResultStore, pace: float = PACE) -> None:
        super().__init__(client, pace)
        self._store = store
        self._started = time.time()
        self._tried: dict[str, float] = {}  # by nonce: time.time()

    def limits(self, address: str) -> Limits:
        """Of the server's tier, as it was at the request. A larger file than 25 MiB makes a request of its size."""
        file_bytes = parse(address).file_bytes or LIMITS.file_bytes
        request_bytes = max(LIMITS.request_bytes, file_bytes)
        return LIMITS.model_copy(update={"file_bytes": file_bytes, "request_bytes": request_bytes})

    @property
    def sends_once(self) -> bool:
        return True

    async def fetch(self, upload: Upload, to: Path) -> None:
        await fetching.fetch(self._client, upload, to)

    # --- files out ---------------------------------------------------------------------------------------------

    async def send(self, request: Request, part: Part, known: dict[str, str]) -> Sent:
        """A part that may have been sent before is looked for, unless Discord still knows its nonce."""
        place, nonce = parse(request.address), nonce_of(request.id, part.id)
        message = await self._earlier(request, place, nonce)
        ids = tuple(known.get(piece.key, "") for piece in part.pieces)
        if message is None:
            source = _forwardable(ids, place)
            try:
                with as_trouble():
                    if source is not None:
                        message = await self._forward(place, source, nonce)
                        return Sent(messages=(str(message.id),), files=ids)
                    message = await self._upload(place, part, nonce, is_known=any(ids))
            except (CardGone, Refused) as why:
                raise UnknownFile(str(why)) if source is not None else Refused(str(why)) from why
        count = len(part.pieces)
        files = tuple(f"{place.guild_id}/{place.channel_id}/{message.id}/{number}/{count}" for number in range(count))
        return Sent(messages=(str(message.id),), files=files)

    async def _earlier(self, request: Request, place: Address, nonce: str) -> discord.Message | None:
        """The message of an earlier try whose answer got lost, however long ago."""
        now = time.time()
        self._tried = {one: at for one, at in self._tried.items() if now - at < 24 * 3600}
        before = self._tried.get(nonce, 0.0 if request.created_at < self._started else now)
        self._tried.setdefault(nonce, now)
        if now - before < NONCE:
            return None
        after = discord.Object(discord.utils.time_snowflake(datetime.fromtimestamp(request.created_at - 60, UTC)))
        with as_trouble():
            async for message in self.channel(place).history(limit=LOOK_BACK, after=after):
                if any(nonce in (one.description or "") for one in message.attachments):
                    return message
        return None

    async def _forward(self, place: Address, source: tuple[int, int], nonce: str) -> discord.Message:
        channel_id, message_id = source
        original = discord.MessageReference(
            message_id=message_id, channel_id=channel_id, type=discord.MessageReferenceType.forward
        )
        return await self.channel(place).send(reference=original, nonce=nonce, allowed_mentions=NO_MENTIONS)

    async def _upload(self, place: Address, part: Part, nonce: str, *, is_known: bool) -> discord.Message:
        async with AsyncExitStack() as open_files:
            files = [await self._open(piece, nonce, open_files, is_known=is_known) for piece in part.pieces]
            if part.kind is Kind.PHOTO:
                files += await self._cover(part.pieces[0], nonce, open_files)
            return await self.channel(place).send(
                files=files, nonce=nonce, allowed_mentions=NO_MENTIONS, **as_answer(place)
            )

    async def _open(self, piece: Piece, nonce: str, files: AsyncExitStack, *, is_known: bool) -> discord.File:
        """A file under its name for people, read while it is sent. Its description tells which sending it is of."""
        try:
            folder = await files.enter_async_context(self._store.open(piece.track_id, (piece.stored,), piece.rendition))
        except FileNotFoundError as gone:
            if is_known:  # it was to be forwarded, and is in another server
                raise UnknownFile(f"{piece.key} is in another server") from gone
            raise
        handle = files.enter_context((folder / piece.stored.name).open("rb"))
        return discord.File(handle, filename=plain_name(piece.name), description=_described(piece.title, nonce))

    async def _cover(self, piece: Piece, nonce: str, files: AsyncExitStack) -> list[discord.File]:
        """The song's cover, beside the picture of its stems."""
        manifest = (await self._store.read(piece.track_id)).manifest
        cover = manifest.cover if manifest is not None else None
        if cover is None or cover.bytes_ > LIMITS.photo_bytes:
            return []
        try:
            folder = await files.enter_async_context(self._store.open(piece.track_id, (cover,)))
        except FileNotFoundError:
            return []
        name = plain_name(f"cover.{cover.name.rpartition('.')[2]}")
        handle = files.enter_context((folder / cover.name).open("rb"))
        return [discord.File(handle, filename=name, description=_described(piece.title, nonce))]


def _described(title: str, nonce: str) -> str:
    return f"{title[:200]} · {nonce}"


def _forwardable(ids: tuple[str, ...], place: Address) -> tuple[int, int] | None:
    """Channel and message to forward: one of ours in the same server, with these files and no other."""
    parts = [one.split("/") for one in ids]
    if not place.guild_id or not all(len(one) == 5 for one in parts):
        return None
    guild, channel, message, _, count = parts[0]
    same = [[guild, channel, message, str(number), count] for number in range(len(parts))]
    if parts != same or int(count) != len(parts) or int(guild) != place.guild_id:
        return None
    return int(channel), int(message)
