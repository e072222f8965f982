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
#: Those without which a song cannot be delivered, as Discord names them.
_NEEDED: Final = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
}


def invitation(application_id: int) -> str:
    scopes = "bot%20applications.commands"
    return f"https://discord.com/oauth2/authorize?client_id={application_id}&scope={scopes}&permissions={RIGHTS.value}"


def missing(interaction: discord.Interaction) -> str:
    """The rights that we lack where an interaction comes from, in words; '' when there are all."""
    if interaction.guild_id is None:
        return ""
    has = interaction.app_permissions
    if has.administrator:
        return ""
    needed = dict(_NEEDED)
    if isinstance(interaction.channel, discord.Thread):
        needed["send_messages_in_threads"] = "Send Messages in Threads"
        del needed["send_messages"]
    return ", ".join(words for right, words in needed.items() if not getattr(has, right))
