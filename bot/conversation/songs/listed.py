"""Further results of a song as lines on the card whose button asked for them."""

import time

from bot.cards.actions import Action
from bot.cards.result_lines import fits
from bot.conversation.services import Services
from bot.conversation.songs.lookup import is_card_of
from bot.conversation.values import Press
from bot.delivery.cards.request_cards import has_card, note_of, on_which
from bot.delivery.cards.status_cards import CardNote
from jobs.models import Order, Request
from jobs.progress import RequestPhase, View


async def card_for(services: Services, press: Press, request: Request, order: Order, asked: Action) -> View | None:
    """The finished request on whose card the result of an order about `request` is a line.

    None: the result gets a card of its own.

    It is the pressed card; for a result that is a line itself, the card with that line; to send files again, theirs.
    """
    view = await services.queue.view(request.id)
    if view is None:
        return None
    on = await services.queue.view(on_which(view)) if on_which(view) else view
    is_about_it = bool(on_which(view)) or asked.choice == "again" or is_card_of(press.place.message, view)
    if on is None or not is_about_it or on.phase is not RequestPhase.DONE or not has_card(on):
        return None
    is_recent = time.time() - on.request.created_at < services.platform.card_seconds
    if not is_recent or not fits(order, on.request.order):
        return None
    services.follower.late_lines.pressed(on.request.id)
    return on


def note_on(on: View | None, request: Request) -> CardNote | None:
    """The note of a request whose result is a line on the card of `on`."""
    note = note_of(on) if on is not None else None
    if on is None or note is None:
        return None
    return CardNote(reference=note.reference, at=request.address, on=on.request.id)
