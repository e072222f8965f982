"""Discord, as `follow` needs it: cards, uploads fetched, parts delivered once."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import discord

from bot.cards.cards import Card
from bot.chats.mixer_links import MixerLinks
from bot.delivery.files.download import download_renewed
from bot.delivery.files.opening import opened
from bot.delivery.files.plain_names import plain_name
from bot.delivery.first_tries import FirstTries
from bot.delivery.planning.plan import UNBOOSTED, Limits, Part
from bot.delivery.platform import CardGone, Refused, Sent, UnknownFile
from bot.discord.address import Address, Handle
from bot.discord.errors import as_trouble
from bot.discord.pace import Pace
from bot.discord.poster import DiscordPoster, as_answer, nonce_of
from bot.discord.poster import shown as shown_as
from jobs.models import Request, Upload
from jobs.store.store import ResultStore

#: Seconds for which Discord knows a nonce; it says "a few minutes".
NONCE: Final = 60.0
#: Messages after a question among which a part is looked for.
LOOK_BACK: Final = 100


class Discord(DiscordPoster):
    """One bot."""

    sends_once: Final = True

    def __init__(self, client: discord.Client, store: ResultStore, pace: Pace, mixer: MixerLinks) -> None:
        super().__init__(client, store, pace, mixer)
        self._tries = FirstTries()

    def limits(self, address: str) -> Limits:
        """Of the server's tier, as it was at the request. A larger file than 25 MiB makes a request of its size."""
        file_bytes = Address.of(address).file_bytes or UNBOOSTED.file_bytes
        request_bytes = max(UNBOOSTED.request_bytes, file_bytes)
        return UNBOOSTED.model_copy(update={"file_bytes": file_bytes, "request_bytes": request_bytes})

    async def fetch(self, upload: Upload, to: Path) -> None:
        handle = Handle.model_validate_json(upload.handle)
        await download_renewed(handle.url, to, upload.bytes_, lambda: self._renewed(handle))

    async def _renewed(self, handle: Handle) -> str | None:
        """The attachment's address of today; None when its message is gone, or was none."""
        if not handle.message_id:
            return None
        with as_trouble():
            try:
                message = await self.channel(Address(channel_id=handle.channel_id)).fetch_message(handle.message_id)
            except (discord.NotFound, discord.Forbidden):
                return None
        return next((one.url for one in message.attachments if one.id == handle.attachment_id), None)

    async def send(self, request: Request, part: Part, known: dict[str, str], shown: Card | None = None) -> Sent:
        """A part that may have been sent before is looked for, unless Discord still knows its nonce. A forwarded
        message has no text and no buttons of its own.
        """
        place, nonce = Address.of(request.address), nonce_of(request.id, part.id)
        ids = tuple(known.get(piece.key, "") for piece in part.pieces)
        message = await self._earlier(request, place, nonce)
        if message is None and (ours := _forwardable(ids, place)) is not None:
            try:
                with as_trouble():
                    message = await self.channel(place).send(reference=ours, nonce=nonce)
            except (CardGone, Refused) as why:
                raise UnknownFile(str(why)) from why
            return Sent(messages=(str(message.id),), files=ids)
        if message is None:
            try:
                message = await self._upload(place, part, nonce, shown)
            except CardGone as why:
                raise Refused(str(why)) from why
            except FileNotFoundError as gone:
                if any(ids):  # it was to be forwarded
                    raise UnknownFile("the message with the file is in another server") from gone
                raise
        named = _ids(place.guild_id, place.channel_id, message.id, len(ids))
        return Sent(messages=(str(message.id),), files=named, card=str(message.id) if shown is not None else "")

    async def _earlier(self, request: Request, place: Address, nonce: str) -> discord.Message | None:
        """The message of an earlier try whose answer got lost, however long ago."""
        if self._tries.age(nonce, request.created_at) < NONCE:
            return None
        after = discord.Object(discord.utils.time_snowflake(datetime.fromtimestamp(request.created_at - 60, UTC)))
        with as_trouble():
            async for message in self.channel(place).history(limit=LOOK_BACK, after=after):
                if any(nonce in (one.description or "") for one in message.attachments):
                    return message
        return None

    async def _upload(self, place: Address, part: Part, nonce: str, card: Card | None) -> discord.Message:
        """The files under their names for people. Their descriptions tell which sending they are of."""
        async with AsyncExitStack() as open_:
            files = [await opened(self._store, piece, open_) for piece in part.pieces]
            named = [
                discord.File(file.handle, plain_name(file.name), description=f"{piece.title[:200]} · {nonce}")
                for file, piece in zip(files, part.pieces, strict=True)
            ]
            under = {} if card is None else {"suppress_embeds": True, **shown_as(self._mixer.plain(card))}
            with as_trouble():
                return await self.channel(place).send(files=named, nonce=nonce, **under, **as_answer(place))


def _ids(guild: int, channel: int, message: int, count: int) -> tuple[str, ...]:
    """The names of a message's files."""
    return tuple(f"{guild}/{channel}/{message}/{number}/{count}" for number in range(count))


def _forwardable(ids: tuple[str, ...], place: Address) -> discord.MessageReference | None:
    """The message to forward: one of ours in the same server, with these files and no other."""
    if not place.guild_id or not ids[0].startswith(f"{place.guild_id}/"):
        return None
    guild, channel, message = (int(one) for one in ids[0].split("/")[:3])
    if ids != _ids(guild, channel, message, len(ids)):
        return None
    return discord.MessageReference(message_id=message, channel_id=channel, type=discord.MessageReferenceType.forward)
