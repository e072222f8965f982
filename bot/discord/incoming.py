"""From Discord's types to the conversation's values: messages, files, commands, pressed buttons."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, cast

import discord
from discord.app_commands import Namespace

from bot.cards.actions import parse_action
from bot.conversation.unnamed import unnamed
from bot.conversation.values import Asker, Author, Incoming, IncomingFile, Message, Place, Press
from bot.discord.address import Address, name
from bot.discord.fetching import handle_of
from bot.links.kinds import Kind, kind_of
from bot.texts import Language, negotiate
from jobs.models import Upload

#: The message command; the others are called as in `bot.conversation.commands.menu`.
ON_MESSAGE: Final = "Stems"

User = discord.User | discord.Member


# --- messages --------------------------------------------------------------------------------------------------


def messages_of(message: discord.Message, bot_id: int) -> Iterator[Incoming]:
    """What a message says: one value for each of its files, and one for a message without any."""
    guild, said = message.guild, _content(message, bot_id)
    asker = Asker(
        person=name(message.author.id),
        chat=name(guild.id if guild else message.author.id),
        language=negotiate(str(guild.preferred_locale) if guild else None),
        in_group=guild is not None,
        is_language_guessed=True,
        is_admin=False,
    )
    files = _attachments(message)
    first = Incoming(
        asker=asker,
        message=replace(said, file=None, has_document=False),
        replied_to=_replied_to(message, bot_id),
        album=str(message.id) if len(files) > 1 else "",
        calls_us=any(mention in message.content for mention in _mentions(bot_id)),
        chat_title=guild.name if guild else "",
    )
    for number, file in enumerate(files):
        text = said.text if number == 0 else ""
        yield replace(
            first, message=replace(said, file=_file(file, message, asker.language), has_document=True, text=text)
        )
    if not files:
        yield first


def _replied_to(message: discord.Message, bot_id: int) -> Message | None:
    """The message replied to, hidden where Discord does not show its content."""
    reference = message.reference
    if reference is None or reference.type is not discord.MessageReferenceType.reply:
        return None
    if not isinstance(reference.resolved, discord.Message):
        return Message(place=_place(message.guild, message.channel.id, reference.message_id or 0), is_hidden=True)
    about = _content(reference.resolved, bot_id)
    return replace(about, is_hidden=not (about.text or about.has_document or about.is_ours))


def _content(message: discord.Message, bot_id: int) -> Message:
    """A message with the first of its files. The content of a forwarded one counts as its own."""
    text = "\n".join(filter(None, [message.content, *(one.content for one in message.message_snapshots)]))
    for mention in _mentions(bot_id):
        text = text.replace(mention, " ")
    files = _attachments(message)
    return Message(
        place=_place(message.guild, message.channel.id, message.id),
        text=text.strip(),
        file=next(filter(None, (_file(one, message) for one in files)), None),
        has_document=bool(files),
        author=None if message.author.bot else _author(message.author),
        is_ours=message.author.id == bot_id,
    )


def _mentions(bot_id: int) -> tuple[str, str]:
    return f"<@{bot_id}>", f"<@!{bot_id}>"


def _author(user: User) -> Author:
    return Author(name(user.id), f"{user.display_name} (@{user.name})")


def _attachments(message: discord.Message) -> list[discord.Attachment]:
    return [*message.attachments, *(file for one in message.message_snapshots for file in one.attachments)]


def _file(
    file: discord.Attachment, message: discord.Message | None, language: Language | None = None
) -> IncomingFile | None:
    """A file that may hold music; None for one that certainly does not. `message` None: it came with a command.

    `language`: of a voice message's name; None: the server's.
    """
    if kind_of(file.filename, (file.content_type or "").partition(";")[0]) is Kind.OTHER:
        return None
    channel_id, message_id = (message.channel.id, message.id) if message is not None else (0, 0)
    named = file.filename
    if message is not None and file.is_voice_message():  # all of them have the same file name
        spoken = language or negotiate(str(message.guild.preferred_locale) if message.guild else None)
        named = unnamed("voice", message.author.display_name, message.created_at, spoken)
    upload = Upload(
        upload_id=str(file.id),
        name=named,
        seconds=file.duration or None,
        handle=handle_of(file.url, file.id, channel_id, message_id),
        bytes_=file.size,
    )
    return IncomingFile(upload=upload, bytes_=file.size)


def _place(guild: discord.Guild | None, channel_id: int, message_id: int, asked: int = 0) -> Place:
    """The place of a message; of a command, which is no message, with `asked` for its id."""
    address = Address(
        channel_id=channel_id,
        message_id=message_id,
        guild_id=guild.id if guild else 0,
        asked=asked or message_id,
        file_bytes=guild.filesize_limit if guild and guild.premium_tier else 0,
    )
    return Place(address=str(address), message=str(address.asked))


# --- interactions ----------------------------------------------------------------------------------------------


def asker_of(interaction: discord.Interaction) -> Asker:
    guild_id = interaction.guild_id
    return Asker(
        person=name(interaction.user.id),
        chat=name(guild_id or interaction.user.id),
        language=negotiate(str(interaction.locale)),
        in_group=guild_id is not None,
        is_admin=interaction.permissions.manage_guild,
    )


def command_of(interaction: discord.Interaction, bot_id: int) -> tuple[str, Incoming]:
    """Which command was given, by its name in `bot.conversation.commands.menu`, and with what."""
    data = cast("dict[str, Any]", interaction.data)
    asker, guild, channel_id = asker_of(interaction), interaction.guild, interaction.channel_id or 0
    author, title = _author(interaction.user), guild.name if guild is not None else ""
    if data["name"] == ON_MESSAGE:
        target = _target(interaction, data["resolved"]["messages"][data["target_id"]])
        said = Message(place=_place(guild, channel_id, target.id, interaction.id), text="/stems", author=author)
        return "stems", Incoming(asker, said, replied_to=_content(target, bot_id), is_command=True, chat_title=title)
    options: dict[str, Any] = vars(Namespace(interaction, data.get("resolved", {}), data.get("options", [])))
    attached: discord.Attachment | None = options.pop("file", None)
    said = Message(
        place=_place(guild, channel_id, 0, interaction.id),
        text=" ".join([f"/{data['name']}", *(_word(value) for value in options.values() if value is not False)]),
        file=_file(attached, None) if attached is not None else None,
        has_document=attached is not None,
        author=author,
    )
    return str(data["name"]), Incoming(asker, said, is_command=True, chat_title=title)


def _word(value: Any) -> str:
    """An option's value as people write it on platforms without options."""
    if isinstance(value, User):
        return f"{value.id} {value.global_name or ''} (@{value.name})"
    return "all" if value is True else str(value)


def _target(interaction: discord.Interaction, raw: Any) -> discord.Message:
    """The message that a message command was used on."""
    client = interaction.client
    channel = client.get_partial_messageable(int(raw["channel_id"]), guild_id=interaction.guild_id)
    return discord.Message(state=client._connection, channel=channel, data=raw)


def press_of(interaction: discord.Interaction) -> Press | None:
    """None for a button that is in no message."""
    message = interaction.message
    if message is None:
        return None
    data, guild = cast("dict[str, Any]", interaction.data), interaction.guild
    place = _place(guild, message.channel.id, message.id)
    asked = message.reference.message_id if message.reference is not None else None
    question = place if asked is None else _place(guild, message.channel.id, asked)
    action = parse_action(str(data["custom_id"]))
    return Press(asker=asker_of(interaction), place=place, action=action, question=question)
