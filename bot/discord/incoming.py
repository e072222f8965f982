"""From Discord's types to the conversation's values: messages, files, commands, pressed buttons."""

from dataclasses import replace
from typing import Any, Final, cast

import discord
from discord.app_commands import Namespace

from bot.cards.actions import parse_action
from bot.conversation.in_order import Posted
from bot.conversation.unnamed import unnamed
from bot.conversation.values import Asker, Author, Incoming, IncomingFile, Message, Place, Press
from bot.discord.address import Address, Handle, name
from bot.links.kinds import Kind, kind_of
from bot.texts import Language, negotiate
from jobs.models import Upload

#: The message command; the others are called as in `bot.conversation.commands.menu`.
ON_MESSAGE: Final = "Stems"

User = discord.User | discord.Member


# --- messages --------------------------------------------------------------------------------------------------


def posted(message: discord.Message, bot_id: int) -> Posted:
    """What a message says: one part for each of its files, the first with its text; or one without a file."""
    guild, said, attachments = message.guild, _content(message, bot_id), _attachments(message)
    asker = _asker(message.author, guild.id if guild else 0, _language(message), is_admin=False)
    first = Incoming(
        asker=replace(asker, is_language_guessed=True),
        message=said,
        replied_to=_replied_to(message, bot_id),
        album=str(message.id) if len(attachments) > 1 else "",
        calls_us=any(mention in message.content for mention in _mentions(bot_id)),
        chat_title=guild.name if guild else "",
    )
    files = [_file(one, message) for one in attachments]
    parts = [replace(said, file=file, text="" if number else said.text) for number, file in enumerate(files)]
    return Posted(message.channel.id, message.id, [replace(first, message=part) for part in parts or [said]])


def _asker(user: User, guild: int, language: Language, *, is_admin: bool) -> Asker:
    """`guild`: 0 in a direct message, whose chat is called as the person."""
    chat = name(guild or user.id)
    return Asker(person=name(user.id), chat=chat, language=language, in_group=bool(guild), is_admin=is_admin)


def _language(message: discord.Message) -> Language:
    return negotiate(str(message.guild.preferred_locale) if message.guild else None)


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


def _file(file: discord.Attachment, message: discord.Message | None) -> IncomingFile | None:
    """A file that may hold music; None for one that certainly does not. `message` None: it came with a command."""
    if kind_of(file.filename, (file.content_type or "").partition(";")[0]) is Kind.OTHER:
        return None
    channel_id, message_id = (message.channel.id, message.id) if message is not None else (0, 0)
    handle = Handle(url=file.url, attachment_id=file.id, channel_id=channel_id, message_id=message_id)
    named = file.filename
    if message is not None and file.is_voice_message():  # all of them have the same file name
        named = unnamed("voice", message.author.display_name, message.created_at, _language(message))
    about = {"seconds": file.duration or None, "handle": handle.model_dump_json(), "bytes_": file.size}
    return IncomingFile(upload=Upload(upload_id=str(file.id), name=named, **about), bytes_=file.size)


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


def command_of(interaction: discord.Interaction, bot_id: int) -> tuple[str, Incoming]:
    """Which command was given, by its name in `bot.conversation.commands.menu`, and with what."""
    data = cast("dict[str, Any]", interaction.data)
    guild, channel_id = interaction.guild, interaction.channel_id or 0
    said = Message(_place(guild, channel_id, 0, interaction.id), text="/stems", author=_author(interaction.user))
    given = Incoming(_acting(interaction), said, is_command=True, chat_title=guild.name if guild is not None else "")
    if data["name"] == ON_MESSAGE:
        target = _target(interaction, data["resolved"]["messages"][data["target_id"]])
        said = replace(said, place=_place(guild, channel_id, target.id, interaction.id))
        return "stems", replace(given, message=said, replied_to=_content(target, bot_id))
    options: dict[str, Any] = vars(Namespace(interaction, data.get("resolved", {}), data.get("options", [])))
    attached: discord.Attachment | None = options.pop("file", None)
    text = " ".join([f"/{data['name']}", *(_word(value) for value in options.values() if value is not False)])
    file = _file(attached, None) if attached is not None else None
    said = replace(said, text=text, file=file, has_document=attached is not None)
    return str(data["name"]), replace(given, message=said)


def press_of(interaction: discord.Interaction) -> Press | None:
    """None for a button that is in no message."""
    message, guild = interaction.message, interaction.guild
    if message is None:
        return None
    place = _place(guild, message.channel.id, message.id)
    asked = message.reference.message_id if message.reference is not None else None
    question = place if asked is None else _place(guild, message.channel.id, asked)
    action = parse_action(str(cast("dict[str, Any]", interaction.data)["custom_id"]))
    return Press(asker=_acting(interaction), place=place, action=action, question=question)


def _acting(interaction: discord.Interaction) -> Asker:
    guild, is_admin = interaction.guild_id or 0, interaction.permissions.manage_guild
    return _asker(interaction.user, guild, negotiate(str(interaction.locale)), is_admin=is_admin)


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
