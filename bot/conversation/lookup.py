"""Which request a message of a chat is about."""

from bot.conversation.services import Services
from bot.delivery.request_cards import note_of
from jobs.outcomes import View
from jobs.queue import keys

#: Of a chat's requests, how many are looked at.
LOOK_BACK = keys.KEEP_PER_CHAT


async def request_about(services: Services, chat: str, message: str) -> View | None:
    """The request whose card, delivered file or question a message is; the newest, where a message asked for several.

    None when it is about nothing, or about what the chat has forgotten.
    """
    views = await services.queue.recent(chat, limit=LOOK_BACK)
    for view in views:
        if is_card_of(message, view):
            return view
    for view in views:
        parts = (await services.follower.ledger.read(view.request.id)).parts.values()
        if any(message in part.sent.messages for part in parts if part.sent):
            return view
    # Last: a card is also the question for whatever was asked by its buttons.
    return next((view for view in views if asked_with(services, message, view)), None)


async def request_of_chat(services: Services, chat: str, request_id: str) -> View | None:
    """The request that a button is about, when it is one of this chat's and still known."""
    view = await services.queue.view(request_id)
    return view if view is not None and view.request.chat == chat else None


def is_card_of(message: str, view: View) -> bool:
    note = note_of(view)
    return note is not None and note.reference == message


def asked_with(services: Services, message: str, view: View) -> bool:
    """Whether a message is what the request was asked with."""
    return message == services.platform.message_of(view.request.address)
