"""Methods that send new messages."""

from typing import TYPE_CHECKING, Any

from tests.peers.botapi import limits, markup
from tests.peers.botapi.files import Params
from tests.peers.botapi.world import File, Json, Message, Place, Refused, bad

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

ACTIONS = {"typing", "upload_photo", "upload_audio", "upload_voice", "upload_video", "upload_document"}
ACTIONS |= {"record_voice", "record_video", "choose_sticker", "find_location", "record_video_note"}


def place_of(server: "BotApi", params: Params) -> Place:
    """The chat of a request, if the bot may write there."""
    place = known_place(server, params)
    if place.blocked:
        group = f"bot was kicked from the {place.kind} chat"
        raise Refused(403, f"Forbidden: {group if place.is_group else 'bot was blocked by the user'}")
    if not place.opened:
        raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
    return place


def known_place(server: "BotApi", params: Params) -> Place:
    if not params.text("chat_id"):
        raise bad("chat_id is empty")
    wanted = params.text("chat_id")
    place = server.places.get(int(wanted)) if wanted.lstrip("-").isdigit() else None
    if place is None:
        raise bad("chat not found")
    if place.moved_to is not None:
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=place.moved_to)
    return place


def read_text(params: Params | Json, field: str, entities: str) -> tuple[str, list[Json]]:
    """A text or caption with its entities, from a request's parameters or one medium of an album."""
    if isinstance(params, Params):
        raw, mode, given = params.text(field), params.text("parse_mode"), params.json(entities)
    else:
        raw, mode, given = str(params.get(field) or ""), str(params.get("parse_mode") or ""), params.get(entities)
    if given and not mode:
        return raw, limits.check_entities(raw, given)
    return markup.parse(raw, mode)


def _topic(place: Place, params: Params) -> int | None:
    thread = params.number("message_thread_id")
    if thread is not None and (not place.forum or thread not in place.topics):
        raise bad("message thread not found")
    return thread


def _reply(place: Place, params: Params) -> Message | None:
    given = params.json("reply_parameters")
    if not given:
        return None
    message = place.find(int(given.get("message_id", 0)))
    if message is None and not given.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return message


def _post(server: "BotApi", place: Place, params: Params, **what: Any) -> Message:
    replied, topic = _reply(place, params), _topic(place, params)
    message = Message(place, place.take_id(), None, reply_to=replied, topic=topic, **what)
    return place.add(message)


def send_message(server: "BotApi", params: Params) -> Any:
    place = place_of(server, params)
    text, entities = read_text(params, "text", "entities")
    limits.check_text(text)
    buttons = limits.check_keyboard(params.text("reply_markup"), place)
    _check_answerable(place, params)
    server.keep_pace(place, 1)
    return _post(server, place, params, text=text.strip(), entities=entities, buttons=buttons).to_json()


def _check_answerable(place: Place, params: Params) -> None:
    _reply(place, params)
    _topic(place, params)


def _send_file(server: "BotApi", params: Params, kind: str) -> Any:
    place = place_of(server, params)
    caption, entities = read_text(params, "caption", "caption_entities")
    limits.check_caption(caption)
    buttons = limits.check_keyboard(params.text("reply_markup"), place)
    _check_answerable(place, params)
    file = server.shelf.take(params, kind, params.text(kind), dict(params.fields))
    server.keep_pace(place, 1)
    return _post(server, place, params, text=caption, entities=entities, buttons=buttons, file=file).to_json()


def send_audio(server: "BotApi", params: Params) -> Any:
    return _send_file(server, params, "audio")


def send_document(server: "BotApi", params: Params) -> Any:
    return _send_file(server, params, "document")


def send_photo(server: "BotApi", params: Params) -> Any:
    return _send_file(server, params, "photo")


def send_media_group(server: "BotApi", params: Params) -> Any:
    place = place_of(server, params)
    media = params.json("media")
    if not isinstance(media, list):
        raise bad("can't parse media JSON object")
    if len(media) not in limits.ALBUM:
        raise bad(f"too {'few' if len(media) < limits.ALBUM.start else 'many'} messages to send as an album")
    if params.text("reply_markup"):
        raise bad("reply_markup is not supported by sendMediaGroup")
    kinds = {str(medium.get("type")) for medium in media}
    if not kinds <= {"audio", "document", "photo", "video"}:
        raise bad(f"media of type {kinds} can't be sent in an album")
    if len(kinds) > 1 and not kinds <= {"photo", "video"}:
        raise bad("audio and documents can't be mixed with other media types")
    _check_answerable(place, params)
    ready: list[tuple[str, list[Json], File]] = []
    for medium in media:
        caption, entities = read_text(medium, "caption", "caption_entities")
        limits.check_caption(caption)
        source = str(medium.get("media") or "")
        if not source:
            raise bad("media not found")
        ready.append((caption, entities, server.shelf.take(params, medium["type"], source, medium)))
    server.keep_pace(place, len(ready))
    album = f"album{server.serial()}"
    return [
        _post(server, place, params, text=caption, entities=entities, file=file, album=album).to_json()
        for caption, entities, file in ready
    ]


def send_chat_action(server: "BotApi", params: Params) -> Any:
    place = place_of(server, params)
    _topic(place, params)
    if params.text("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    return True
