"""Messages that came while no bot listened: the gateway repeats none of them to a new session."""

from datetime import timedelta
from typing import Final

import discord

from bot.chats.heard import GROUPS, Heard

#: The newest messages of a channel, in one request; the servers' channels that were written in last.
MOST_MESSAGES, MOST_CHANNELS = 100, 50
#: A later answer in a server would surprise.
LONGEST_AGO: Final = timedelta(days=1)

Channel = discord.TextChannel | discord.VoiceChannel | discord.Thread


def is_for_us(message: discord.Message, bot_id: int) -> bool:
    """Whether a person wrote to the bot. Discord shows no content of other messages."""
    if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
        return False
    replied_to = message.reference.resolved if message.reference is not None else None
    is_reply_to_us = isinstance(replied_to, discord.Message) and replied_to.author.id == bot_id
    return message.guild is None or is_reply_to_us or any(one.id == bot_id for one in message.mentions)


async def missed(client: discord.Client, bot_id: int, heard: Heard) -> list[discord.Message]:
    """Messages to the bot after those that were handled last, oldest first. Raises Discord's errors and `QueueAway`.

    None of servers at the first start, when it is unknown what was handled.
    """
    handled, now = await heard.last(), discord.utils.utcnow()
    if GROUPS not in handled:
        await heard.note(GROUPS, discord.utils.time_snowflake(now))
    since = max(handled.pop(GROUPS, 1 << 63), discord.utils.time_snowflake(now - LONGEST_AGO))
    found: list[discord.Message] = []
    for place, after in handled.items():
        messages = await _after(client.get_partial_messageable(int(place)), after)
        if messages is None:
            await heard.forget(place)
        found += messages or ()
    places: list[Channel] = []
    for guild in client.guilds:
        places += [*guild.text_channels, *guild.voice_channels, *guild.threads]
    for channel in sorted(places, key=lambda one: one.last_message_id or 0)[-MOST_CHANNELS:]:
        if (channel.last_message_id or 0) > since:
            found += await _after(channel, since) or ()
    return sorted((one for one in found if is_for_us(one, bot_id)), key=lambda one: one.id)


async def _after(channel: discord.abc.Messageable, message_id: int) -> list[discord.Message] | None:
    """A channel's messages after another one; None where we may not read."""
    newest = channel.history(limit=MOST_MESSAGES, after=discord.Object(message_id), oldest_first=False)
    try:
        return [message async for message in newest]
    except (discord.Forbidden, discord.NotFound):
        return None
