"""Methods that read: the bot, updates, members, files; and the command menus."""

import re
from typing import TYPE_CHECKING, Any

from tests.peers.botapi.files import Params
from tests.peers.botapi.sending import known_place
from tests.peers.botapi.world import BOT_ID, BOT_JSON, Json, Place, bad

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_RIGHTS = (
    *("can_be_edited", "can_change_info", "can_delete_messages", "can_delete_stories", "can_edit_stories"),
    *("can_invite_users", "can_manage_chat", "can_manage_video_chats", "can_pin_messages", "can_post_stories"),
    *("can_promote_members", "can_restrict_members", "is_anonymous"),
)


def get_me(server: "BotApi", params: Params) -> Any:
    abilities = {"can_join_groups": True, "supports_inline_queries": server.inline_on}
    return BOT_JSON | abilities | {"can_read_all_group_messages": not server.privacy}


async def get_updates(server: "BotApi", params: Params) -> Any:
    allowed = params.json("allowed_updates")
    if allowed is not None:
        server.updates.allowed = set(allowed)
    offset, limit = params.number("offset") or 0, params.number("limit") or 100
    return await server.updates.poll(offset, min(limit, 100), float(params.number("timeout") or 0))


def get_file(server: "BotApi", params: Params) -> Any:
    file = server.shelf.files.get(params.text("file_id"))
    if file is None:
        raise bad("invalid file_id")
    if file.bytes_ > server.download_bytes:
        raise bad("file is too big")
    wire = {"file_id": file.id, "file_unique_id": f"u{file.id[-12:]}", "file_size": file.bytes_}
    return wire | {"file_path": server.file_path(file)}


def _scope(params: Params) -> str:
    scope = params.json("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind not in SCOPES:
        raise bad("unsupported bot command scope type specified")
    if any(name not in scope for name in SCOPES[kind]):
        raise bad("chat not found")
    return ":".join(str(part) for part in (kind, *(scope[name] for name in SCOPES[kind])))


def _language(params: Params) -> str:
    language = params.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad("invalid language code specified")
    return language


def set_my_commands(server: "BotApi", params: Params) -> Any:
    commands = params.json("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("can't parse commands JSON object")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", ""))):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    server.commands[(_scope(params), _language(params))] = {one["command"]: one["description"] for one in commands}
    return True


def get_my_commands(server: "BotApi", params: Params) -> Any:
    known = server.commands.get((_scope(params), _language(params)), {})
    return [{"command": name, "description": what} for name, what in known.items()]


def delete_my_commands(server: "BotApi", params: Params) -> Any:
    server.commands.pop((_scope(params), _language(params)), None)
    return True


def get_chat(server: "BotApi", params: Params) -> Any:
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    needed = {"accent_color_id": 1, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(gifts, True)}
    return known_place(server, params).to_json() | needed


def _member(place: Place, person: Json) -> Json:
    rights: Json = dict.fromkeys(_RIGHTS, False)
    user = person["id"]
    if place.admins and place.admins[0] == user:
        return {"status": "creator", "user": person, "is_anonymous": False}
    if user in place.admins or (user == BOT_ID and place.bot_is_admin):
        return {"status": "administrator", "user": person, **rights}
    here = user == BOT_ID or any(member.id == user for member in place.members)
    return {"status": "member" if here else "left", "user": person}


def get_chat_member(server: "BotApi", params: Params) -> Any:
    place, user = known_place(server, params), params.number("user_id")
    if user == BOT_ID:
        return _member(place, BOT_JSON)
    person = server.persons.get(user or 0)
    if person is None:
        raise bad("invalid user_id specified")
    return _member(place, person.to_json())


def get_chat_administrators(server: "BotApi", params: Params) -> Any:
    place = known_place(server, params)
    if not place.is_group:
        raise bad("there are no administrators in the private chat")
    return [_member(place, server.persons[admin].to_json()) for admin in place.admins]


def nothing(server: "BotApi", params: Params) -> Any:
    """`deleteWebhook`, `close`, `logOut`: there is nothing to undo here."""
    return True
