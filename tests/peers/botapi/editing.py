"""Methods that change messages, and answers to pressed buttons."""

import time
from typing import TYPE_CHECKING, Any

from telegram.constants import ReactionEmoji

from tests.peers.botapi import limits
from tests.peers.botapi.files import Params
from tests.peers.botapi.sending import known_place, place_of, read_text
from tests.peers.botapi.world import File, Json, Message, bad

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi


def _message_of(server: "BotApi", params: Params, what: str) -> Message:
    place = place_of(server, params)
    message_id = params.number("message_id")
    if message_id is None:
        raise bad("message identifier is not specified")
    message = place.find(message_id)
    if message is None:
        raise bad(f"message to {what} not found")
    if not message.is_bots and what == "edit":
        raise bad("message can't be edited")
    return message


def _change(
    server: "BotApi",
    message: Message,
    text: str,
    entities: list[Json],
    buttons: list[list[Json]],
    file: File | None = None,
) -> Any:
    """`file`: in place of the message's own; None keeps it."""
    file = file or message.file
    if (text, entities, buttons, file) == (message.text, message.entities, message.buttons, message.file):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    server.keep_pace(message.place, 1)
    if text != message.text:
        message.edits.append(message.text)
    message.text, message.entities, message.buttons, message.file = text, entities, buttons, file
    message.edited_at = time.time()
    return message.to_json()


def edit_message_text(server: "BotApi", params: Params) -> Any:
    message = _message_of(server, params, "edit")
    if message.file is not None:
        raise bad("there is no text in the message to edit")
    text, entities = read_text(params, "text", "entities")
    limits.check_text(text)
    return _change(
        server, message, text.strip(), entities, limits.check_keyboard(params.text("reply_markup"), message.place)
    )


def edit_message_caption(server: "BotApi", params: Params) -> Any:
    message = _message_of(server, params, "edit")
    if message.file is None:
        raise bad("there is no caption in the message to edit")
    caption, entities = read_text(params, "caption", "caption_entities")
    limits.check_caption(caption)
    return _change(
        server, message, caption, entities, limits.check_keyboard(params.text("reply_markup"), message.place)
    )


def edit_message_media(server: "BotApi", params: Params) -> Any:
    """Replaces a message's file, or adds one to a text message, whose text becomes the caption."""
    message = _message_of(server, params, "edit")
    media = params.json("media")
    if not isinstance(media, dict) or media.get("type") not in ("animation", "audio", "document", "photo", "video"):
        raise bad("can't parse InputMedia: type must be non-empty")
    if message.album and message.file is not None and message.file.kind != media["type"]:
        raise bad("can't use the media of the specified type in the album")
    caption, entities = read_text(media, "caption", "caption_entities")
    limits.check_caption(caption)
    buttons = limits.check_keyboard(params.text("reply_markup"), message.place)
    file = server.shelf.take(params, media["type"], str(media.get("media") or ""), media)
    return _change(server, message, caption, entities, buttons, file)


def edit_message_reply_markup(server: "BotApi", params: Params) -> Any:
    message = _message_of(server, params, "edit")
    buttons = limits.check_keyboard(params.text("reply_markup"), message.place)
    return _change(server, message, message.text, message.entities, buttons)


def delete_message(server: "BotApi", params: Params) -> Any:
    message = _message_of(server, params, "delete")
    if message.place.is_group and not message.is_bots and not message.place.bot_is_admin:
        raise bad("message can't be deleted")
    message.deleted = True
    return True


def answer_callback_query(server: "BotApi", params: Params) -> Any:
    press = server.presses.get(params.text("callback_query_id"))
    if press is None or press.answered.is_set() or server.clock() > press.at + server.query_seconds:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if limits.units(params.text("text")) > limits.ANSWER_UNITS:
        raise bad("MESSAGE_TOO_LONG")
    press.text, press.alert = params.text("text"), params.yes("show_alert")
    press.answered.set()
    return True


def set_message_reaction(server: "BotApi", params: Params) -> Any:
    """Sets the bot's reaction to a message, of which a bot has one. Service messages have none."""
    message = _message_of(server, params, "react")
    reactions = params.json("reaction") or []
    if message.service or len(reactions) > 1 or any(one.get("type") != "emoji" for one in reactions):
        raise bad("REACTION_INVALID")
    emoji = [str(one.get("emoji")) for one in reactions]
    if not set(emoji) <= set(ReactionEmoji) or (emoji and not message.place.reactions):
        raise bad("REACTION_INVALID")
    server.keep_pace(message.place, 1)
    message.reaction = "".join(emoji)
    return True


def leave_chat(server: "BotApi", params: Params) -> Any:
    known_place(server, params).blocked = True
    return True
