"""Between Discord's events and the conversation: what was said is read, a handler asked, its answers are given.

An interaction is acknowledged before anything else, since Discord waits three seconds for that. Its answers go to the
one person who gave it; cards and files are messages of the channel.
"""

import asyncio
import logging
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

import discord

from bot.cards.cards import Card
from bot.chats.heard import Heard
from bot.conversation import buttons
from bot.conversation.commands.menu import COMMANDS
from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.conversation.turns import answers_to
from bot.conversation.values import Answer, Answers, Edit, Incoming, Press, Reply, Toast, reply
from bot.delivery.platform import Trouble
from bot.delivery.press_edits import PressEdits
from bot.discord.address import PLATFORM
from bot.discord.errors import ERRORS
from bot.discord.incoming import asker_of, command_of, messages_of, press_of
from bot.discord.poster import DiscordPoster, shown
from bot.discord.rights import missing
from bot.texts import say
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)

#: Commands whose outcome is a message in the channel.
POSTING: Final = ("stems", "mix")


class Dispatch:
    """Handles events."""

    def __init__(self, client: discord.Client, services: Services, poster: DiscordPoster, edits: PressEdits) -> None:
        self._client = client
        self._services = services
        self._poster = poster
        self._edits = edits
        self._heard = Heard(services.queue.redis, PLATFORM)
        self._last: dict[int, int] = {}  # channel of direct messages → its last handled message
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.is_caught_up = asyncio.Event()

    @property
    def _id(self) -> int:
        return self._client.user.id if self._client.user is not None else 0

    # --- messages ------------------------------------------------------------------------------------------------

    async def message(self, message: discord.Message) -> None:
        """A new message, in a server or a direct one."""
        if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        if message.guild is not None:
            await self._hear(message)
        else:
            await self.is_caught_up.wait()
            await self._hear_in_turn(message)

    async def _hear_in_turn(self, message: discord.Message) -> None:
        """A direct message, after all earlier ones of its channel: the last handled one is noted, see `catch_up`."""
        turn = self._turns.setdefault(message.channel.id, asyncio.Lock())
        async with turn:
            if self._last.get(message.channel.id, 0) < message.id:
                await self._hear(message)
                self._last[message.channel.id] = message.id

    async def _hear(self, message: discord.Message) -> None:
        hear = asking.in_private if message.guild is None else asking.in_group
        try:
            for said in messages_of(message, self._id):
                for one in await answers_to(self._services, said, hear):
                    if isinstance(one, Reply):
                        await self._poster.post((one.to or said.place).address, one.card)
            if message.guild is None:
                await self._heard.note(str(message.channel.id), str(message.id))
        except (QueueAway, Trouble) as error:
            log.warning("a message was not answered: %s", error)

    async def catch_up(self) -> None:
        """Handle the direct messages that came while no bot was there. Raises Discord's errors and `QueueAway`."""
        for channel_id, message_id in (await self._heard.last()).items():
            channel = self._client.get_partial_messageable(int(channel_id))
            try:
                missed = [one async for one in channel.history(after=discord.Object(int(message_id)), limit=None)]
            except (discord.Forbidden, discord.NotFound):
                await self._heard.forget(channel_id)
                continue
            for message in missed:
                if not message.author.bot:
                    await self._hear_in_turn(message)
        self.is_caught_up.set()

    # --- interactions --------------------------------------------------------------------------------------------

    async def interaction(self, interaction: discord.Interaction) -> None:
        """A command or a pressed button."""
        is_command = interaction.type is discord.InteractionType.application_command
        if not is_command and interaction.type is not discord.InteractionType.component:
            return
        try:
            await interaction.response.defer(ephemeral=True, thinking=is_command)
        except ERRORS as error:
            log.warning("an interaction was not acknowledged: %s", error)
        answers = await (self._command(interaction) if is_command else self._press(interaction))
        try:
            await _answer(interaction, answers, is_command=is_command)
        except ERRORS as error:
            log.warning("an interaction was not answered: %s", error)

    async def _command(self, interaction: discord.Interaction) -> Answers:
        name, said = command_of(interaction, self._id)
        return await answers_to(self._services, said, partial(self._perform, interaction, name))

    async def _perform(
        self, interaction: discord.Interaction, name: str, services: Services, said: Incoming
    ) -> Answers:
        language = said.asker.language
        await services.languages.remember(said.asker.person, asker_of(interaction).language)
        if name in POSTING and (lacking := missing(interaction)):
            return reply(say(language, "discord-right-missing", rights=lacking))
        answers = await COMMANDS[name](services, said) if name in COMMANDS else ()
        return reply(say(language, "discord-taken")) if not answers and name in POSTING else answers

    async def _press(self, interaction: discord.Interaction) -> Answers:
        press = press_of(interaction)
        return await answers_to(self._services, press, partial(self._pressed, interaction)) if press else ()

    async def _pressed(self, interaction: discord.Interaction, services: Services, press: Press) -> Answers:
        await services.languages.remember(press.asker.person, asker_of(interaction).language)
        if lacking := missing(interaction):
            return reply(say(press.asker.language, "discord-right-missing", rights=lacking))
        answers = await buttons.pressed(services, press)
        return tuple(one for one in answers if not self._edited(one, press, interaction))

    def _edited(self, one: Answer, press: Press, interaction: discord.Interaction) -> bool:
        """Whether an answer changes a message of the channel: that is done aside, at the pace of a card."""
        message = interaction.message
        if not isinstance(one, Edit) or message is None or message.flags.ephemeral:
            return False
        self._edits.make(press.place.address, press.place.message, one.card, is_shown=False)
        return True


async def _answer(interaction: discord.Interaction, answers: Answers, *, is_command: bool) -> None:
    """Tell the person. A command's first answer replaces "is thinking"; a command without answers loses it."""
    is_thinking = is_command
    for one in answers:
        card = Card(text=one.text) if isinstance(one, Toast) else one.card
        if isinstance(one, Edit) or (is_thinking and card.text):
            await interaction.edit_original_response(**shown(card))
            is_thinking = False
        elif card.text:
            await interaction.followup.send(ephemeral=True, suppress_embeds=True, **shown(card))
    if is_thinking:
        await interaction.delete_original_response()
