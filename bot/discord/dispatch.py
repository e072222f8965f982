"""Between Discord's events and the conversation: what was said is read, a handler asked, its answers are given.

An interaction is acknowledged before anything else, since Discord waits three seconds for that. Its answers go to the
one person who gave it; cards and files are messages of the channel.
"""

import logging
from functools import partial

import discord

from bot.cards.cards import Card
from bot.conversation import forms
from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.conversation.turns import answers_to
from bot.conversation.values import Answer, Answers, Edit, Press, Reply, Toast
from bot.delivery.platform import Trouble
from bot.delivery.press_edits import PressEdits
from bot.discord.errors import ERRORS
from bot.discord.incoming import command_of, messages_of, press_of
from bot.discord.poster import DiscordPoster, shown
from bot.discord.rights import missing
from jobs.queue.connection import QueueAway

log = logging.getLogger(__name__)


class Dispatch:
    """Handles messages and interactions."""

    def __init__(self, services: Services, poster: DiscordPoster) -> None:
        self._services = services
        self._poster = poster
        self._edits = PressEdits(poster, services.follower.aside)

    async def message(self, message: discord.Message, bot_id: int) -> bool:
        """A message to the bot, in a server or a direct one. Whether it was handled."""
        hear = asking.in_private if message.guild is None else asking.in_group
        try:
            for said in messages_of(message, bot_id):
                for one in await answers_to(self._services, said, hear):
                    if isinstance(one, Reply):
                        await self._poster.post((one.to or said.place).address, one.card)
        except (QueueAway, Trouble) as error:
            log.warning("a message was not answered: %s", error)
            return False
        return True

    async def interaction(self, interaction: discord.Interaction, bot_id: int) -> None:
        """A command or a pressed button."""
        is_command = interaction.type is discord.InteractionType.application_command
        if not is_command and interaction.type is not discord.InteractionType.component:
            return
        try:
            await interaction.response.defer(ephemeral=True, thinking=is_command)
        except ERRORS as error:
            log.warning("an interaction was not acknowledged: %s", error)
        answers: Answers = ()
        if is_command:
            name, said = command_of(interaction, bot_id)
            answers = await answers_to(self._services, said, partial(forms.perform, name, missing(interaction)))
        elif (press := press_of(interaction)) is not None:
            answers = await answers_to(self._services, press, partial(forms.press, missing(interaction)))
            answers = tuple(one for one in answers if not self._edited(one, press, interaction))
        try:
            await _answer(interaction, answers, is_thinking=is_command)
        except ERRORS as error:
            log.warning("an interaction was not answered: %s", error)

    def _edited(self, one: Answer, press: Press, interaction: discord.Interaction) -> bool:
        """Whether an answer changes a message of the channel: that is done aside, at the pace of a card."""
        message = interaction.message
        if not isinstance(one, Edit) or message is None or message.flags.ephemeral:
            return False
        self._edits.make(press.place.address, press.place.message, one.card, is_shown=False)
        return True


async def _answer(interaction: discord.Interaction, answers: Answers, *, is_thinking: bool) -> None:
    """Tell the person. A command's first answer replaces "is thinking"; a command without answers loses it."""
    for one in answers:
        card = Card(text=one.text) if isinstance(one, Toast) else one.card
        if isinstance(one, Edit) or (is_thinking and card.text):
            await interaction.edit_original_response(**shown(card))
            is_thinking = False
        elif card.text:
            await interaction.followup.send(ephemeral=True, suppress_embeds=True, **shown(card))
    if is_thinking:
        await interaction.delete_original_response()
