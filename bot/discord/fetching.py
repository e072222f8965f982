"""Files that people attach, brought from Discord's CDN. Their addresses are signed, and expire after a day."""

from pathlib import Path

import discord

from bot.delivery.download import download
from bot.delivery.platform import Refused
from bot.discord.errors import as_trouble
from jobs.models import Upload, Value


class Handle(Value):
    """Where an attachment is. `message_id` 0: it came with a command, and its address cannot be renewed."""

    url: str
    attachment_id: int
    channel_id: int
    message_id: int


def handle_of(url: str, attachment_id: int, channel_id: int, message_id: int) -> str:
    known = Handle(url=url, attachment_id=attachment_id, channel_id=channel_id, message_id=message_id)
    return known.model_dump_json()


async def fetch(client: discord.Client, upload: Upload, to: Path) -> None:
    """Write an attachment to `to`. Raises `Trouble`: `Refused` when it is gone."""
    handle = Handle.model_validate_json(upload.handle)
    if not await download(handle.url, to, upload.bytes_):
        fresh = await _renewed(client, handle)
        if fresh is None or not await download(fresh, to, upload.bytes_):
            raise Refused("the attachment is gone")


async def _renewed(client: discord.Client, handle: Handle) -> str | None:
    """The attachment's address of today; None when its message is gone."""
    if not handle.message_id:
        return None
    channel = client.get_partial_messageable(handle.channel_id)
    with as_trouble():
        try:
            message = await channel.fetch_message(handle.message_id)
        except (discord.NotFound, discord.Forbidden):
            return None
    return next((one.url for one in message.attachments if one.id == handle.attachment_id), None)
