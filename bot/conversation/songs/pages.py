"""Pages of buttons under a result. In a group, a page for choosing is a message of the one who opened it, so that the
result's buttons stay for the others."""

from dataclasses import replace
from typing import Final

from bot.cards.cards import Card
from bot.cards.headings import tidy
from bot.cards.result_buttons import Rows, owned
from bot.conversation.services import Services
from bot.conversation.songs.lookup import card_place
from bot.conversation.values import Answer, Answers, Edit, Press, Reply
from bot.texts import say
from jobs.progress import View

LONGEST_NAME: Final = 40  # characters of a person's name


def is_owned(press: Press) -> bool:
    """Whether the button is on one person's own page."""
    return press.action is not None and press.action.whose != ""


def turn_to(rows: Rows, press: Press) -> Answer:
    """Change the buttons of the message. Those of a person's own page stay that person's."""
    return Edit(Card(text="", buttons=owned(rows, press.asker.person) if is_owned(press) else rows))


def opens_own(press: Press) -> bool:
    """Whether a page that a button opens has to be a message of its own."""
    return press.asker.in_group and not is_owned(press)


def own_page(press: Press, rows: Rows, how: str) -> Answers:
    """A page of one person, as a reply to the result. `how`: what to do on it."""
    name = tidy(press.known_as, LONGEST_NAME)
    text = say(press.asker.language, "page-of", name=name, how=how) if name else how
    return (Reply(Card(text=text, buttons=owned(rows, press.asker.person))),)


def closed(press: Press) -> Answers:
    """A person's own page, after its last button."""
    return (Edit(Card(text=say(press.asker.language, "page-closed"))),)


def on_card(services: Services, press: Press, view: View) -> Press:
    """A press on a person's own page as if it had been on the result's card, which gets the replies."""
    place = card_place(services, view) if is_owned(press) else None
    return press if place is None else replace(press, place=place)
