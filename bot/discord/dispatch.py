"""Between Discord's events and the conversation: what was said is read, a handler asked, its answers are given.

An interaction is acknowledged before anything else, since Discord waits three seconds for that. Its answers go to the
one person who gave it; cards and files are messages of the channel.
"""

import logging
from dataclasses import replace
from typing import Any, Final

import discord
from redis.exceptions import RedisError

from bot.cards.cards import Card
from bot.conversation import buttons, permissions
from bot.conversation.commands.menu import COMMANDS
from bot.conversation.services import Services
from bot.conversation.songs import asking
from bot.conversation.values import Answers, Asker, Edit, Incoming, Press, Reply, Toast, reply, toast
from bot.delivery.platform import Trouble
from bot.delivery.press_edits import PressEdits
from bot.discord.address import PLATFORM
from bot.discord.chat_platform import DiscordChats
from bot.discord.errors import ERRORS
from bot.discord.incoming import asker_of, command_of, messages_of, press_of
from bot.discord.poster import NO_MENTIONS, DiscordPoster, view_of
from bot.discord.rights import missing
from bot.discord.words import escaped
from bot.texts import say
from jobs.queue import keys
from jobs.queue.connection import answer

log = logging.getLogger(__name__)

#: Commands whose outcome is a message in the channel.
POSTING: Final = ("stems", "mix")


class Dispatch:
    """Handles events. No method raises."""

    def __init__(
        self, client: discord.Client, services: Services, chats: DiscordChats, poster: DiscordPoster, edits: PressEdits
    ) -> None:
        self._client = client
        self._services = services
        self._chats = chats
        self._poster = poster
        self._edits = edits
        self._locales: dict[int, str] = {}  # by person: as their last interaction said

    @property
    def _id(self) -> int:
        return self._client.user.id if self._client.user is not None else 0

    # --- messages ------------------------------------------------------------------------------------------------

    async def message(self, message: discord.Message) -> None:
        """A new message, in a server or a direct one."""
        if message.author.bot or message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        try:
            for said in messages_of(message, self._id, self._locales.get(message.author.id)):
                await self._hear(replace(said, asker=await self._in_language_of_group(said.asker)), message)
            if message.guild is None:
                heard = keys.heard(PLATFORM)
                await answer(self._services.queue.redis.hset(heard, str(message.channel.id), str(message.id)))
        except RedisError as error:
            log.warning("a message could not be handled: %s", error)
            await self._apologise(message, "queue-away")
        except Trouble as error:
            log.warning("a message could not be answered: %s", error)
        except Exception:
            log.exception("a message could not be handled")
            await self._apologise(message, "went-wrong")

    async def _hear(self, said: Incoming, message: discord.Message) -> None:
        passes, answers = await permissions.gate(self._services, said)
        if passes and said.asker.in_group:
            answers += await asking.in_group(self._services, said) if not _is_hidden(said, message) else _hidden(said)
        elif passes:
            answers += await asking.in_private(self._services, said)
        for one in answers:
            if isinstance(one, Reply):
                await self._poster.post((one.to or said.place).address, one.card)

    async def _apologise(self, message: discord.Message, sentence: str) -> None:
        said = next(messages_of(message, self._id, self._locales.get(message.author.id)))
        if said.asker.in_group and not said.calls_us:
            return
        try:
            await self._poster.post(said.place.address, Card(text=say(said.asker.language, sentence)))
        except Trouble as error:
            log.warning("the apology could not be sent: %s", error)

    async def catch_up(self) -> None:
        """Handle the direct messages that came while no bot was there. Raises Discord's errors and `RedisError`."""
        known = await answer(self._services.queue.redis.hgetall(keys.heard(PLATFORM)))
        for channel_id, message_id in known.items():
            channel = self._client.get_partial_messageable(int(channel_id))
            try:
                missed = [one async for one in channel.history(after=discord.Object(int(message_id)), limit=50)]
            except (discord.Forbidden, discord.NotFound):
                await answer(self._services.queue.redis.hdel(keys.heard(PLATFORM), channel_id))
                continue
            for message in missed:
                await self.message(message)

    # --- interactions --------------------------------------------------------------------------------------------

    async def interaction(self, interaction: discord.Interaction) -> None:
        """A command or a pressed button."""
        is_command = interaction.type is discord.InteractionType.application_command
        if not is_command and interaction.type is not discord.InteractionType.component:
            return
        try:
            await interaction.response.defer(ephemeral=True, thinking=is_command)
        except ERRORS as error:
            log.warning("an interaction could not be acknowledged: %s", error)
        asker = asker_of(interaction)
        self._locales[interaction.user.id] = str(interaction.locale)
        try:
            asker = await self._in_language_of_group(asker)
            if asker.in_group:
                self._chats.note_admin(asker, is_admin=interaction.permissions.manage_guild)
            if is_command:
                answers = await self._command(interaction, asker)
            else:
                answers = await self._press(interaction, asker)
        except RedisError as error:
            log.warning("an interaction could not be handled: %s", error)
            answers = toast(say(asker.language, "queue-away"))
        except Exception:
            log.exception("an interaction could not be handled")
            answers = toast(say(asker.language, "went-wrong"))
        try:
            await self._answer(interaction, answers, is_command=is_command)
        except ERRORS as error:
            log.warning("an interaction could not be answered: %s", error)

    async def _command(self, interaction: discord.Interaction, asker: Asker) -> Answers:
        name, said = command_of(interaction, asker, self._id)
        passes, answers = await permissions.gate(self._services, said)
        if not passes or name not in COMMANDS:
            return answers
        if name in POSTING and (lacking := missing(interaction)):
            return reply(say(asker.language, "discord-right-missing", rights=lacking))
        answers += await COMMANDS[name](self._services, said)
        if not answers and name in POSTING:
            return reply(say(asker.language, "discord-taken"))
        return answers

    async def _press(self, interaction: discord.Interaction, asker: Asker) -> Answers:
        press = press_of(interaction, asker)
        if press is None:
            return ()
        passes, answers = await permissions.gate(self._services, press)
        if passes and (lacking := missing(interaction)):
            return reply(say(asker.language, "discord-right-missing", rights=lacking))
        if passes:
            answers += await buttons.pressed(self._services, press)
            answers = tuple(one for one in answers if not self._edited(one, press, interaction))
        return answers

    def _edited(self, one: object, press: Press, interaction: discord.Interaction) -> bool:
        """Whether an answer changes a message of the channel: that is done aside, at the pace of a card."""
        message = interaction.message
        if not isinstance(one, Edit) or message is None or message.flags.ephemeral:
            return False
        self._edits.make(press.place.address, press.place.message, one.card, is_shown=False)
        return True

    async def _answer(self, interaction: discord.Interaction, answers: Answers, *, is_command: bool) -> None:
        """Tell the person. A command's first answer replaces "is thinking"; one that needs no answer loses it."""
        fresh = is_command
        for one in answers:
            match one:
                case Edit(card=card):
                    content: dict[str, Any] = {"content": escaped(card.text)} if card.text else {}
                    await interaction.edit_original_response(
                        view=view_of(card), allowed_mentions=NO_MENTIONS, **content
                    )
                case Reply(card=card) if fresh:
                    await interaction.edit_original_response(
                        content=escaped(card.text), view=view_of(card), allowed_mentions=NO_MENTIONS
                    )
                    fresh = False
                case Reply(card=card):
                    await self._tell(interaction, card)
                case Toast(text=text) if text and fresh:
                    await interaction.edit_original_response(content=escaped(text), allowed_mentions=NO_MENTIONS)
                    fresh = False
                case Toast(text=text) if text:
                    await self._tell(interaction, Card(text=text))
        if fresh:
            await interaction.delete_original_response()

    async def _tell(self, interaction: discord.Interaction, card: Card) -> None:
        options: dict[str, Any] = {"view": view} if (view := view_of(card)) else {}
        await interaction.followup.send(
            escaped(card.text), ephemeral=True, suppress_embeds=True, allowed_mentions=NO_MENTIONS, **options
        )

    async def _in_language_of_group(self, asker: Asker) -> Asker:
        if not asker.in_group:
            return asker
        group_settings = await self._services.preferences.of_group(asker.chat)
        return replace(asker, language=group_settings.language) if group_settings.language else asker


def _is_hidden(said: Incoming, message: discord.Message) -> bool:
    """Whether we are called about another message whose content Discord does not show us."""
    about = said.replied_to
    asks = said.calls_us and not said.message.text and said.message.file is None and message.reference is not None
    return asks and (about is None or not (about.text or about.has_document or about.is_ours))


def _hidden(said: Incoming) -> Answers:
    return reply(say(said.asker.language, "discord-hidden"))
