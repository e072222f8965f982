"""Finding the request that a message of a chat is about."""

from bot.conversation.services import Services
from bot.delivery.request_cards import note_of
from jobs.progress import View
from jobs.queue import keys

#: How many of a chat's newest requests are searched.
LOOK_BACK = keys.KEEP_PER_CHAT


async def request_about(services: Services, chat: str, message: str) -> View | None:
    """The request whose card, delivered file or question is `message`; the newest if the message asked for several.

    None if there is none, or the request is erased.
    """
    views = await services.queue.recent(chat, limit=LOOK_BACK)
    for view in views:
        if is_card_of(message, view):
            return view
    for view in views:
        parts = (await services.follower.ledger.read(view.request.id)).parts.values()
        if any(message in part.sent.messages for part in parts if part.sent):
            return view
    # Last: a card is also the question of the requests made by its buttons.
    return next((view for view in views if asked_with(services, message, view)), None)


async def request_of_chat(services: Services, chat: str, request_id: str) -> View | None:
    """The request of a button; None if it is unknown, or of another chat."""
    view = await services.queue.view(request_id)
    return view if view is not None and view.request.chat == chat else None


def is_card_of(message: str, view: View) -> bool:
    note = note_of(view)
    return note is not None and note.reference == message


def asked_with(services: Services, message: str, view: View) -> bool:
    """Whether a message asked for the request."""
    return message == services.platform.message_of(view.request.address)
