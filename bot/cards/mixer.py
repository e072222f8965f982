"""The Mixer's button: a link to the page that plays the stems of a result. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from bot.cards.actions import Verb
from bot.cards.cards import Button, Card
from bot.cards.rows import Rows


class Link(NamedTuple):
    """An address; `as_app`: the chat's own program opens it."""

    url: str
    as_app: bool = False


def linked(card: Card, link: Callable[[str], Link | None]) -> Card:
    """The card with the Mixer's buttons as links. `link`: of a request's id; None: no button."""
    return card.model_copy(update={"buttons": linked_rows(card.buttons, link)})


def linked_rows(rows: Rows, link: Callable[[str], Link | None]) -> Rows:
    """The rows with the Mixer's buttons as links, without empty rows."""
    shown = [tuple(button for one in row if (button := _linked(one, link)) is not None) for row in rows]
    return tuple(row for row in shown if row)


def without(_: str) -> None:
    """No link."""


def _linked(button: Button, link: Callable[[str], Link | None]) -> Button | None:
    verb, _, request_id = button.action.partition(":")
    if verb != Verb.MIXER:
        return button
    if button.url:
        return button
    found = link(request_id)
    return button.model_copy(update=found._asdict()) if found is not None else None
