"""What the bot needs: its intents, its rights in a channel, and the link that invites it with exactly these."""

from typing import Final

import discord

#: Messages of servers and direct ones. Contents come without the privileged intent where we are meant.
INTENTS: Final = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

RIGHTS: Final = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
)


def invitation(application_id: int) -> str:
    return discord.utils.oauth_url(application_id, permissions=RIGHTS, scopes=("bot", "applications.commands"))


def missing(interaction: discord.Interaction) -> str:
    """The rights that we lack to deliver a song where an interaction comes from, in words; '' when there are all."""
    has, in_thread = interaction.app_permissions, isinstance(interaction.channel, discord.Thread)
    if interaction.guild_id is None or has.administrator:
        return ""
    needed = discord.Permissions(RIGHTS.value)
    needed.update(embed_links=False, send_messages=not in_thread, send_messages_in_threads=in_thread)
    lacking = [right for right, is_lacking in discord.Permissions(needed.value & ~has.value) if is_lacking]
    # The library lists the right by its old name.
    return ", ".join(right.replace("read_messages", "view_channel").replace("_", " ").title() for right in lacking)
