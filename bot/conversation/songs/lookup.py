"""Finding the request that a message of a chat is about."""

import time
from typing import Final

from bot.conversation.services import Services
from bot.conversation.values import Place
from bot.delivery.cards.request_cards import has_card, note_of, on_which
from jobs.models import Request
from jobs.progress import RequestPhase, View
from jobs.queue import keys

#: How many of a chat's newest requests are searched.
LOOK_BACK = keys.KEEP_PER_CHAT
#: Seconds after a delivery within which a chat is shown its files instead of getting them again.
LATELY: Final = 12 * 3600.0


async def request_about(services: Services, chat: str, message: str) -> View | None:
    """The request whose card, delivered file or question is `message`; the newest if the message asked for several.

    None if there is none, or the request is erased.
    """
    views = await services.queue.recent(chat, limit=LOOK_BACK)
    for view in views:
        if is_card_of(message, view) and not on_which(view):
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


async def same_in_works(services: Services, request: Request) -> View | None:
    """Another open request for the same song and order in the same place of the chat: a channel or topic.

    Requests of playlists do not count: they have no card.
    """
    for view in await services.queue.recent(request.chat, limit=LOOK_BACK):
        if view.is_open and not view.request.quiet and _asks_the_same(services, view.request, request):
            return view
    return None


async def delivered_lately(services: Services, request: Request) -> View | None:
    """The last request for the same song and order in the same place of the chat, if its files came lately and its card
    is there. None for a request that was accepted before.
    """
    recent = await services.queue.recent(request.chat, limit=LOOK_BACK)
    if any(view.request.id == request.id for view in recent):
        return None
    since = time.time() - LATELY
    for view in recent:
        came = view.phase is RequestPhase.DONE and (view.closed_at or 0.0) > since
        if came and _asks_the_same(services, view.request, request) and has_card(view):
            return view
    return None


def _asks_the_same(services: Services, one: Request, request: Request) -> bool:
    """Whether another request is for the same song and order in the same channel or topic."""

    def at(address: str) -> str:  # one message for all, so that the rest of the addresses is compared
        return services.platform.address_at(address, "0")

    same = (one.source.key, one.order) == (request.source.key, request.order)
    return same and one.id != request.id and at(one.address) == at(request.address)


def card_place(services: Services, view: View) -> Place | None:
    """The place of a request's card; None if it is not posted yet."""
    note = note_of(view)
    if note is None or not note.reference:
        return None
    return Place(services.platform.address_at(view.request.address, note.reference), note.reference)


def is_card_of(message: str, view: View) -> bool:
    note = note_of(view)
    return note is not None and note.reference == message


def asked_with(services: Services, message: str, view: View) -> bool:
    """Whether a message asked for the request."""
    return message == services.platform.message_of(view.request.address)
