"""Results that were asked for on another request's card. Pure.

Each is a line on that card until its file has come. The message of its file has its name, and its buttons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import PASSING, Button, Card, percent_of, state_lines
from bot.cards.headings import heading
from bot.cards.mixes import order_words
from bot.cards.result_buttons import Rows, first_page
from bot.texts import say
from jobs.models import Chart, Order, Package, Request
from jobs.music.effects import PLAIN
from jobs.progress import RequestPhase, View
from jobs.results import Manifest

#: Lines of results on one card, those of the newest.
MOST: Final = 4
#: Seconds that a result has no line: most come before that, and an edit takes the room of a file.
UNSEEN: Final = 1.0


@dataclass(frozen=True)
class Listed:
    """A result on another request's card. `uncertain`: ids of its parts whose arrival the platform did not confirm."""

    view: View
    uncertain: tuple[str, ...] = ()

    @property
    def stays(self) -> bool:
        """Whether its line stays when it has ended."""
        return self.view.phase is RequestPhase.FAILED or bool(self.uncertain)

    def is_seen(self, now: float) -> bool:
        """`now`: seconds since the epoch."""
        return self.stays or (self.view.is_open and now - self.view.request.created_at >= UNSEEN)


def fits(order: Order, host: Order) -> bool:
    """Whether a result can be a line on the card of `host`: it needs no picture and no buttons that the card lacks."""
    if isinstance(order.content, Chart):
        return False
    return not order.is_stems or (
        host.is_stems and host.model == order.model and order.effect == PLAIN and host.effect == PLAIN
    )


def seen(results: Sequence[Listed], now: float) -> tuple[Listed, ...]:
    """The results that have a line. `results`: the oldest first. Of one order the newest counts: it is the next try."""
    newest = {one.view.request.order.model_dump_json(): one for one in results}
    return tuple(one for one in results if one in newest.values() and one.is_seen(now))[-MOST:]


def result_lines(results: Sequence[Listed], host: Order, language: str) -> list[str]:
    """`No vocals: 40 %` of each result."""
    return [
        say(language, "card-result", what=_label(one.view.request.order, host, language), state=_state(one, language))
        for one in results
    ]


def result_rows(results: Sequence[Listed], host: Order, language: str) -> Rows:
    """The buttons that cancel a result, try it again or send a part of it again."""
    buttons: list[Button] = []
    for one in results:
        request, phase = one.view.request, one.view.phase
        what = "" if len(results) == 1 else _label(request.order, host, language)
        for part in one.uncertain:
            buttons.append(_button(request, Verb.RESEND, part, say(language, "button-resend"), what, language))
        if one.view.is_open:
            buttons.append(_button(request, Verb.CANCEL, "", say(language, "button-cancel"), what, language))
        elif phase is RequestPhase.FAILED and one.view.failure is not None and one.view.failure.reason in PASSING:
            buttons.append(_button(request, Verb.WANT, "again", say(language, "button-retry"), what, language))
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def file_card(
    request: Request,
    manifest: Manifest | None,
    language: str,
    *,
    notes: Sequence[str] = (),
    lines: Sequence[str] = (),
    rows: Rows = (),
    page: Rows | None = None,
) -> Card:
    """What stands under the file of a result: its name and its buttons. `lines` and `rows`: of results on it.

    `page`: other buttons than the first ones of the result.
    """
    named = heading(View(request=request, phase=RequestPhase.SENDING), language, manifest)
    buttons = first_page(request, language) if page is None else page
    return Card(text="\n".join((named, *lines, *notes)), buttons=(*rows, *buttons))


def _label(order: Order, host: Order, language: str) -> str:
    """In what a result differs from the card's own: `No vocals`, `Zip`, `FLAC`, `No drums, FLAC`."""
    named = [words] if (words := order_words(order, language)) else []
    if order.is_stems and order.package is not Package.ALBUM and host.package is Package.ALBUM:
        named.append(say(language, "button-zip"))
    if order.format is not host.format:
        named.append(order.format.label)
    label = ", ".join(named) or say(language, "button-again")
    return label[:1].upper() + label[1:]


def _state(one: Listed, language: str) -> str:
    if one.uncertain:
        return say(language, "card-uncertain")
    percent = percent_of(one.view)
    return state_lines(one.view, language)[0] if percent is None else say(language, "card-percent", percent=percent)


def _button(request: Request, verb: Verb, choice: str, label: str, what: str, language: str) -> Button:
    """`what`: the result's name if there are several."""
    named = say(language, "card-result", what=label, state=what) if what else label
    return Button(label=named, action=Action(verb=verb, target=request.id, choice=choice).text)
