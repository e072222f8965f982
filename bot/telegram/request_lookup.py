"""Which request a message of a chat is about."""

from bot.delivery.status_cards import note_of
from bot.telegram.platform import address_of
from bot.telegram.replies import Services
from jobs.outcomes import View
from jobs.queue import keys


async def request_about(services: Services, chat: str, message_id: int) -> View | None:
    """The request whose card, delivered file or question a message is; the newest, where a message asked for several.

    None when it is about nothing, or about what the chat has forgotten.
    """
    views = await services.queue.recent(chat, limit=keys.KEEP_PER_CHAT)
    for view in views:
        if is_card_of(message_id, view):
            return view
    for view in views:
        parts = (await services.follower.ledger.read(view.request.id)).parts.values()
        if any(str(message_id) in part.sent.messages for part in parts if part.sent):
            return view
    # Last: a card is also the question for whatever was asked by its buttons.
    return next((view for view in views if asked_with(message_id, view)), None)


def is_card_of(message_id: int, view: View) -> bool:
    note = note_of(view)
    return note is not None and note.reference == str(message_id)


def asked_with(message_id: int, view: View) -> bool:
    """Whether a message is what the request was asked with."""
    return message_id == address_of(view.request).message_id
