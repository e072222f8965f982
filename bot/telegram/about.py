"""Which request a message of a chat is about."""

from bot.faces import note_of
from bot.telegram.front import Front
from bot.telegram.platform import address_of
from jobs import keys
from jobs.outcomes import View


async def request_about(front: Front, chat: str, message_id: int) -> View | None:
    """The request whose card, question or delivered file a message is; the newest, where a message asked for several.

    None when it is about nothing, or about what the chat has forgotten.
    """
    for view in await front.queue.recent(chat, limit=keys.KEEP_PER_CHAT):
        note = note_of(view)
        if message_id == address_of(view.request).message_id or (note and note.reference == str(message_id)):
            return view
        parts = (await front.follower.ledger.read(view.request.id)).parts.values()
        if any(str(message_id) in part.sent.messages for part in parts if part.sent):
            return view
    return None
