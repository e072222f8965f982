"""Commands and pressed buttons: each is acknowledged, its handler asked, and its answers given.

It is acknowledged before anything else, since Discord waits three seconds for that. Its answers go to the one person
who gave it; cards and files are messages of the channel.
"""

import logging
from collections.abc import Sequence
from functools import partial
from typing import TypeGuard

import discord

from bot.cards.cards import Card
from bot.conversation import forms
from bot.conversation.services import Services
from bot.conversation.turns import answers_to
from bot.conversation.values import Answer, Answers, Edit, Toast
from bot.delivery.cards.press_edits import PressEdits
from bot.discord.errors import ERRORS
from bot.discord.incoming import command_of, press_of
from bot.discord.poster import shown
from bot.discord.rights import missing

log = logging.getLogger(__name__)


async def handle(services: Services, edits: PressEdits, interaction: discord.Interaction, bot_id: int) -> None:
    """Never raises. Cards under the buttons are edited by `edits`, at their pace."""
    is_command = interaction.type is discord.InteractionType.application_command
    if not is_command and interaction.type is not discord.InteractionType.component:
        return
    is_dead = False
    try:
        await interaction.response.defer(ephemeral=True, thinking=is_command)
    except ERRORS as error:  # of a dead one Discord told the person, and takes no answer
        is_dead = isinstance(error, discord.NotFound)
        log.warning("an interaction was not acknowledged: %s", error)
    answers: Answers = ()
    if is_command:
        name, said = command_of(interaction, bot_id)
        answers = await answers_to(services, said, partial(forms.perform, name, missing(interaction)))
    elif (press := press_of(interaction)) is not None:
        answers = await answers_to(services, press, partial(forms.press, missing(interaction)))
        for one in answers:
            if _is_of_channel(one, interaction):
                edits.make(press.place.address, press.place.message, one.card, is_shown=False)
    to_person = [one for one in answers if not _is_of_channel(one, interaction)]
    try:
        if not is_dead:
            await _tell(interaction, to_person, is_thinking=is_command)
    except ERRORS as error:
        log.warning("an interaction was not answered: %s", error)


def _is_of_channel(one: Answer, interaction: discord.Interaction) -> TypeGuard[Edit]:
    """Whether an answer changes a message that everybody sees."""
    message = interaction.message
    return isinstance(one, Edit) and message is not None and not message.flags.ephemeral


async def _tell(interaction: discord.Interaction, answers: Sequence[Answer], *, is_thinking: bool) -> None:
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
