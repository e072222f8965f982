"""Every method of this Bot API, by its name in lower case."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.peers.botapi import asking, editing, inline, sending, webhook
from tests.peers.botapi.files import Params

if TYPE_CHECKING:
    from tests.peers.botapi.server import BotApi

METHODS: "dict[str, Callable[[BotApi, Params], Any]]" = {
    "getme": asking.get_me,
    "getupdates": asking.get_updates,
    "getfile": asking.get_file,
    "getchat": asking.get_chat,
    "getchatmember": asking.get_chat_member,
    "getchatadministrators": asking.get_chat_administrators,
    "setmycommands": asking.set_my_commands,
    "getmycommands": asking.get_my_commands,
    "deletemycommands": asking.delete_my_commands,
    "setwebhook": webhook.set_webhook,
    "deletewebhook": webhook.delete_webhook,
    "close": asking.nothing,
    "logout": asking.nothing,
    "sendmessage": sending.send_message,
    "sendaudio": sending.send_audio,
    "senddocument": sending.send_document,
    "sendphoto": sending.send_photo,
    "sendmediagroup": sending.send_media_group,
    "sendchataction": sending.send_chat_action,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
    "deletemessage": editing.delete_message,
    "setmessagereaction": editing.set_message_reaction,
    "answercallbackquery": editing.answer_callback_query,
    "answerinlinequery": inline.answer_inline_query,
    "leavechat": editing.leave_chat,
}
