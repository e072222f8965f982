"""A small Discord of our own: REST, gateway and CDN, as strict as the real one, with people who use it.

    async with Discord() as server:
        ana, guild = server.person("Ana"), server.guild("The Band")
        …  start the bot with discord_api_url=server.api_url, discord_token=server.token
        asked = await server.command(guild.channels[0], ana, "stems", link="https://youtu.be/…")
        card = await guild.channels[0].until(lambda message: "Next in line" in message.text)
        await server.press(guild.channels[0], ana, card, "Cancel")
        assert server.refused == [] and server.unacknowledged == []

`openapi.json` describes bodies and answers, reduced to what is used, and compared with Discord's published description;
`validation` refuses what it does not allow; `world` holds what exists; `rest`, `interactions` and `gateway` do what is
asked; `people` what persons do; `server` is the HTTP, `faults` what goes wrong, and the pace that is too fast.
"""

from tests.peers.discord.faults import Fault, Pace, Request, Trouble
from tests.peers.discord.interactions import Interaction
from tests.peers.discord.server import Discord
from tests.peers.discord.world import Channel, File, Guild, Message, User

__all__ = [
    "Channel", "Discord", "Fault", "File", "Guild", "Interaction", "Message", "Pace", "Request", "Trouble", "User",
]  # fmt: skip
