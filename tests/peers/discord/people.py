"""What people do: write, attach, reply, give commands, press buttons, delete, throw the bot out."""

import asyncio
from typing import Any

from tests.peers.discord.gateway import Gateway, guild_payload
from tests.peers.discord.interactions import Interaction
from tests.peers.discord.rest import Rest
from tests.peers.discord.world import Channel, File, Guild, Json, Message, User, World


class People:
    """Mixed into the server: `world`, `rest` and `gateway` are its own."""

    world: World
    rest: Rest
    gateway: Gateway
    attached: list[File] = []  # noqa: RUF012 - files of commands; replaced, not changed

    def person(self, name: str, locale: str = "en-US") -> User:
        user = User(name, locale)
        self.world.users[user.id] = user
        return user

    def guild(self, name: str, *admins: User, channels: tuple[str, ...] = ("general",)) -> Guild:
        guild = Guild(name, admins={one.id for one in admins})
        for one in channels:
            channel = Channel(self.world, guild, None, name=one)
            guild.channels.append(channel)
            self.world.channels[channel.id] = channel
        self.world.guilds[guild.id] = guild
        return guild

    def thread(self, channel: Channel, name: str = "a song") -> Channel:
        """A public thread. Before the bot connects, or it does not know the thread."""
        assert channel.guild is not None
        thread = Channel(self.world, channel.guild, None, name=name, thread_of=channel)
        channel.guild.channels.append(thread)
        self.world.channels[thread.id] = thread
        return thread

    async def join(self, guild: Guild) -> None:
        """The bot is told of a server that it was invited to while it ran."""
        await self.gateway.dispatch("GUILD_CREATE", guild_payload(guild))

    def direct(self, person: User) -> Channel:
        return self.rest.open_direct(person)

    async def say(
        self, channel: Channel, person: User, text: str = "", *files: File, to: Message | None = None
    ) -> Message:
        """A message. Without the privileged intent the bot sees no more of it than it may."""
        message = Message(channel, person, text, list(files), reply_to=to)
        if to is not None:
            message.reference = {"type": 0, "message_id": str(to.id), "channel_id": str(channel.id)}
        channel.messages.append(message)
        told = message.payload(self.world, whole=self.world.shows(message))
        if channel.guild is not None:
            told["guild_id"] = str(channel.guild.id)
            told["member"] = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False}
        await self.gateway.dispatch("MESSAGE_CREATE", told)
        return message

    @property
    def mention(self) -> str:
        return f"<@{self.world.bot.id}>"

    async def command(self, channel: Channel, who: User, name: str, **options: Any) -> Interaction:
        """A slash command, as the bot defined it: an option that it did not define cannot be given."""
        defined = next(one for one in self.rest.commands if one["name"] == name and one["type"] == 1)
        kinds = {one["name"]: one["type"] for one in defined["options"]}
        resolved: Json = {}
        given = []
        for option, what in options.items():
            value = what
            if isinstance(what, File):
                self.attached = [*self.attached, what]
                held = Message(channel, who, files=[what])
                resolved["attachments"] = {str(what.id): self.world.attachment(held, what)}
                value = str(what.id)
            elif isinstance(what, User):
                resolved["users"] = {str(what.id): what.payload}
                value = str(what.id)
            given.append({"name": option, "type": kinds[option], "value": value})
        missing = [one["name"] for one in defined["options"] if one.get("required") and one["name"] not in options]
        assert not missing, f"Discord's own form asks for {missing}"
        data = {"id": defined["id"], "name": name, "type": 1, "options": given, "resolved": resolved}
        return await self._interact(Interaction(channel, who, 2, data))

    async def use_on(self, channel: Channel, person: User, message: Message, name: str = "Stems") -> Interaction:
        """The message command: the bot sees all of its message."""
        defined = next(one for one in self.rest.commands if one["name"] == name and one["type"] == 3)
        resolved = {"messages": {str(message.id): message.payload(self.world)}}
        data = {"id": defined["id"], "name": name, "type": 3, "target_id": str(message.id), "resolved": resolved}
        return await self._interact(Interaction(channel, person, 2, data))

    async def press(self, channel: Channel, person: User, message: Message, label: str) -> Interaction:
        assert label in message.buttons, message.buttons
        data = {"custom_id": message.buttons[label], "component_type": 2, "id": 1}
        return await self._interact(Interaction(channel, person, 3, data, message=message))

    async def _interact(self, interaction: Interaction) -> Interaction:
        self.rest.interactions[interaction.id] = interaction
        await self.gateway.dispatch("INTERACTION_CREATE", interaction.payload())
        return interaction

    async def told(self, interaction: Interaction, words: str = "", seconds: float = 30.0) -> str:
        """What the person alone reads, once it has the words."""
        async with asyncio.timeout(seconds):
            while not interaction.said or words not in interaction.said:
                await self.world.changed(0.2)
        return interaction.said

    async def acknowledged(self, interaction: Interaction, seconds: float = 30.0) -> float:
        async with asyncio.timeout(seconds):
            while interaction.acknowledged is None:
                await self.world.changed(0.2)
        return interaction.acknowledged

    def delete(self, message: Message) -> None:
        message.channel.messages.remove(message)
