"""From Discord's types to the conversation's values: messages, files, commands, pressed buttons."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, cast

import discord

from bot.cards.actions import parse_action
from bot.conversation.values import Asker, Author, Incoming, IncomingFile, Message, Place, Press
from bot.discord.address import Address, name
from bot.discord.fetching import handle_of
from bot.links.kinds import Kind, kind_of
from bot.texts import negotiate
from jobs.models import Upload

#: The message command; the others are called as in `bot.conversation.commands.menu`.
ON_MESSAGE: Final = "Stems"

Raw = Mapping[str, Any]  # an object of Discord's API, parsed


# --- messages --------------------------------------------------------------------------------------------------


def messages_of(message: discord.Message, bot_id: int, locale: str | None) -> Iterator[Incoming]:
    """What a message says: one value for each of its files, and one for a message without any."""
    guild = message.guild
    asker = Asker(
        person=name(message.author.id),
        chat=name(guild.id if guild else message.author.id),
        language=negotiate(locale or (str(guild.preferred_locale) if guild else None)),
        in_group=guild is not None,
    )
    place = _place(message.channel.id, message.id, guild.id if guild else 0, message.id)
    mentions = (f"<@{bot_id}>", f"<@!{bot_id}>")
    text = message.content
    for mention in mentions:
        text = text.replace(mention, " ")
    files = [_attachment(one.to_dict(), message.channel.id, message.id) for one in message.attachments]
    resolved = message.reference.resolved if message.reference is not None else None
    first = Incoming(
        asker=asker,
        message=Message(place=place, text=text.strip(), author=_author(message.author)),
        replied_to=_replied(resolved, bot_id) if isinstance(resolved, discord.Message) else None,
        album=str(message.id) if len(files) > 1 else "",
        calls_us=any(mention in message.content for mention in mentions),
        chat_title=guild.name if guild else "",
    )
    for number, file in enumerate(files):
        said = replace(first.message, file=file, has_document=True, text=first.message.text if number == 0 else "")
        yield replace(first, message=said)
    if not files:
        yield first


def _replied(message: discord.Message, bot_id: int) -> Message:
    channel_id, guild_id = message.channel.id, message.guild.id if message.guild else 0
    files = [_attachment(one.to_dict(), channel_id, message.id) for one in message.attachments]
    return Message(
        place=_place(channel_id, message.id, guild_id, message.id),
        text=message.content,
        file=next(filter(None, files), None),
        has_document=bool(files),
        author=_author(message.author),
        is_ours=message.author.id == bot_id,
    )


def _author(user: discord.User | discord.Member) -> Author | None:
    return None if user.bot else Author(name(user.id), f"{user.display_name} (@{user.name})")


def _attachment(raw: Raw, channel_id: int, message_id: int) -> IncomingFile | None:
    """A file that may hold music; None for one that certainly does not. `message_id` 0: it came with a command."""
    named, size = str(raw.get("filename") or ""), int(raw.get("size") or 0)
    if kind_of(named, str(raw.get("content_type") or "").partition(";")[0]) is Kind.OTHER:
        return None
    upload = Upload(
        upload_id=str(raw["id"]),
        name=named,
        seconds=raw.get("duration_secs") or None,
        handle=handle_of(str(raw["url"]), int(raw["id"]), channel_id, message_id),
        bytes_=size,
    )
    return IncomingFile(upload=upload, bytes_=size)


def _place(channel_id: int, message_id: int, guild_id: int, asked: int) -> Place:
    address = Address(channel_id=channel_id, message_id=message_id, guild_id=guild_id, asked=asked)
    return Place(address=str(address), message=str(asked))


# --- interactions ----------------------------------------------------------------------------------------------


def asker_of(interaction: discord.Interaction) -> Asker:
    guild_id = interaction.guild_id
    return Asker(
        person=name(interaction.user.id),
        chat=name(guild_id or interaction.user.id),
        language=negotiate(str(interaction.locale)),
        in_group=guild_id is not None,
    )


def command_of(interaction: discord.Interaction, asker: Asker, bot_id: int) -> tuple[str, Incoming]:
    """Which command was given, by its name in `bot.conversation.commands.menu`, and with what."""
    data = cast("dict[str, Any]", interaction.data)
    resolved: dict[str, Any] = data.get("resolved", {})
    channel_id, guild_id = interaction.channel_id or 0, interaction.guild_id or 0
    author = Author(asker.person, f"{interaction.user.display_name} (@{interaction.user.name})")
    title = interaction.guild.name if interaction.guild is not None else ""
    if data["name"] == ON_MESSAGE:
        target: Raw = resolved["messages"][data["target_id"]]
        place = _place(channel_id, int(target["id"]), guild_id, interaction.id)
        said = Message(place=place, text="/stems", author=author)
        about = _target(target, channel_id, guild_id, bot_id)
        return "stems", Incoming(asker, said, replied_to=about, is_command=True, chat_title=title)
    options = {one["name"]: one["value"] for one in data.get("options", [])}
    file = None
    if (attached := options.pop("file", None)) is not None:
        file = _attachment(resolved["attachments"][attached], channel_id, 0)
    if (person := options.get("person")) is not None:
        user: Raw = resolved["users"][person]
        options["person"] = f"{person} {user.get('global_name') or ''} (@{user['username']})"
    words = ["all" if value is True else str(value) for value in options.values() if value is not False]
    said = Message(
        place=_place(channel_id, 0, guild_id, interaction.id),
        text=" ".join([f"/{data['name']}", *words]),
        file=file,
        has_document=attached is not None,
        author=author,
    )
    return str(data["name"]), Incoming(asker, said, is_command=True, chat_title=title)


def _target(raw: Raw, channel_id: int, guild_id: int, bot_id: int) -> Message:
    """The message that a message command was used on."""
    files = [_attachment(one, channel_id, int(raw["id"])) for one in raw.get("attachments", [])]
    return Message(
        place=_place(channel_id, int(raw["id"]), guild_id, int(raw["id"])),
        text=str(raw.get("content", "")),
        file=next(filter(None, files), None),
        has_document=bool(files),
        is_ours=int(raw["author"]["id"]) == bot_id,
    )


def press_of(interaction: discord.Interaction, asker: Asker) -> Press | None:
    """None for a button that is in no message."""
    message = interaction.message
    if message is None:
        return None
    data, guild_id = cast("dict[str, Any]", interaction.data), interaction.guild_id or 0
    place = _place(message.channel.id, message.id, guild_id, message.id)
    asked = message.reference.message_id if message.reference is not None else None
    question = place if asked is None else _place(message.channel.id, asked, guild_id, asked)
    return Press(asker=asker, place=place, action=parse_action(str(data["custom_id"])), question=question)
