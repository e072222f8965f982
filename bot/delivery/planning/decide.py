"""The next step of a delivery. Pure: `decide` turns facts into one step; `bot/delivery/ledger.py` gathers and applies.

Facts are gathered and decided anew after each step, so that a restart between two steps changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.cards.cards import Card, Picture
from bot.cards.result_lines import file_card
from bot.delivery.planning.noted import Before, Memo, Noted, PartState
from bot.delivery.planning.pieces import chart_of, picture_of
from bot.delivery.planning.plan import Limits, Part, Plan, note_text, plan
from bot.delivery.planning.sizes import USUAL_RATE
from jobs.failures import Failure, Reason
from jobs.models import Chart, Order, Rendition, Request
from jobs.progress import RequestPhase
from jobs.queue.recipe import Recipe
from jobs.results import Manifest, Rendered

#: How many times one delivery returns its request to the worker, once for each smaller encoding; more is a fault.
RETURNS: Final = 16


@dataclass(frozen=True)
class Facts:
    """The inputs of a decision.

    `phase` is None if the request is unknown. `limits` are the platform's own. `recipe` is the workers' current one,
    None before the first worker ran. `manifest` and `rendered` are the store's data of the track. `before` is an
    earlier delivery of the same order, if the platform still has all its files. `has_picture`: a card of this chat
    already shows the picture of the track. `is_listed`: the request has no card of its own, so that the last message of
    its files gets its name and buttons.
    """

    request: Request
    phase: RequestPhase | None
    noted: Noted
    limits: Limits
    recipe: Recipe | None = None
    manifest: Manifest | None = None
    rendered: tuple[Rendered, ...] = ()
    before: Before | None = None
    sends_once: bool = False
    has_picture: bool = False
    is_listed: bool = False


@dataclass(frozen=True)
class Stop:
    """Do nothing: the request is not in a phase for delivery, e.g. cancelled."""


@dataclass(frozen=True)
class SendBack:
    """Return the request to the worker for `renditions`, after noting `memo`.

    Not `quick`: its stems are no longer in the store, and an upload has to be fetched again.
    """

    renditions: tuple[Rendition, ...]
    memo: Memo
    quick: bool


@dataclass(frozen=True)
class GiveUp:
    """Fail the request."""

    failure: Failure


@dataclass(frozen=True)
class NoteMemo:
    """Store the memo of the delivery."""

    memo: Memo


@dataclass(frozen=True)
class Begin:
    """Move the request to its sending phase, unless it was cancelled meanwhile."""


@dataclass(frozen=True)
class MarkUncertain:
    """Note that a part may have arrived: its sender died, or could not note the outcome."""

    part: str


@dataclass(frozen=True)
class Send:
    """Send a part. The ledger notes `if_too_large` if the platform refuses its size, which changes the next plan.

    `shown`: what stands under it.
    """

    part: Part
    if_too_large: Memo
    shown: Card | None = None


@dataclass(frozen=True)
class Finish:
    """Remember what was sent, for instant repeats, and that the chat has the picture; close the request."""

    manifest: Manifest
    plan: Plan
    has_picture: bool


Step = Stop | SendBack | GiveUp | NoteMemo | Begin | MarkUncertain | Send | Finish


def decide(facts: Facts) -> Step:
    """The next step of a delivery."""
    if facts.phase not in (RequestPhase.READY, RequestPhase.SENDING):
        return Stop()
    memo, limits = facts.noted.memo, facts.noted.memo.limits or facts.limits
    source = _source(facts, limits)
    if source is None:
        return _send_back(memo, facts.request.order.renditions, quick=False)
    planned = source.plan
    if planned.needs:
        return _send_back(memo, planned.needs, quick=True)
    kept = source.manifest if facts.manifest is None else None
    picture = memo.picture if facts.phase is RequestPhase.SENDING else _picture(facts, source.manifest)
    told = memo.model_copy(update={"notes": planned.notes, "manifest": kept, "picture": picture})
    if told != memo:
        return NoteMemo(told)
    if not planned.parts:
        sizes: dict[str, float | str] = {"bytes": planned.smallest, "limit_bytes": limits.file_bytes}
        return GiveUp(Failure(reason=Reason.UNSENDABLE, detail=f"nothing fits into {limits}", values=sizes))
    if facts.phase is RequestPhase.READY:
        return Begin()
    for part in planned.parts:
        match facts.noted.state(part.id):
            case PartState.SENDING if not facts.sends_once:
                return MarkUncertain(part.id)
            case PartState.DUE | PartState.SENDING:
                shown = _under(facts.request, source) if facts.is_listed and part == planned.parts[-1] else None
                return Send(part, memo.model_copy(update={"limits": _tighter(limits, part)}), shown)
            case PartState.SENT | PartState.UNCERTAIN:
                pass
    return Finish(source.manifest, planned, facts.has_picture or memo.picture is not None)


def stored_plan(
    manifest: Manifest, rendered: Iterable[Rendered], order: Order, limits: Limits, recipe: Recipe | None
) -> Plan:
    """The plan from the stored renditions; it needs those that are missing or made by another recipe."""
    usable = {one.rendition: one for one in rendered if recipe is None or recipe.would_render(one)}
    used: list[Rendered] = []
    while True:
        planned = plan(manifest, used, order, limits, usual_rate(recipe))
        here = [usable[need] for need in planned.needs if need in usable]
        if not here:
            return planned
        used += here


def usual_rate(recipe: Recipe | None) -> int:
    """The default bit rate of MP3 and M4A, in kbit/s."""
    return recipe.kbps if recipe else USUAL_RATE


def _source(facts: Facts, limits: Limits) -> Before | None:
    """The manifest and the plan to deliver: from the platform's files, or else from the store.

    None if the track has to be made anew: the store lost it, or it has another recipe (e.g. another engine) and this
    delivery has not begun.
    """
    if facts.before is not None and facts.noted.memo.limits is None:
        return facts.before
    manifest, recipe = facts.manifest, facts.recipe
    if manifest is None or (facts.noted.is_untouched and recipe is not None and not recipe.would_make(manifest)):
        return None
    return Before(manifest=manifest, plan=stored_plan(manifest, facts.rendered, facts.request.order, limits, recipe))


def _picture(facts: Facts, manifest: Manifest) -> Picture | None:
    """The picture for the card: a chart, or else of the stems, once in a chat."""
    order = facts.request.order
    if isinstance(order.content, Chart):
        picture = next((chart_of(manifest, one) for one in facts.rendered if one.rendition == order.files), None)
        shown = False
    else:
        picture, shown = picture_of(manifest), facts.has_picture or not order.is_stems
    return None if shown or picture is None or picture.file.bytes_ > facts.limits.photo_bytes else picture


def _under(request: Request, source: Before) -> Card:
    """The name and the buttons of a result, under its file."""
    notes = [note_text(note, request.language) for note in source.plan.notes]
    return file_card(request, source.manifest, request.language, notes=notes)


def _send_back(memo: Memo, renditions: Sequence[Rendition], *, quick: bool) -> Step:
    if memo.returns >= RETURNS:
        detail = "the worker's results are not in the store: do both use the same one?"
        return GiveUp(Failure(reason=Reason.INTERNAL, detail=detail))
    return SendBack(tuple(renditions), memo.model_copy(update={"returns": memo.returns + 1}), quick)


def _tighter(limits: Limits, part: Part) -> Limits:
    """Limits that exclude a part refused for its size from the next plan."""
    if len(part.pieces) > 1:
        return limits.model_copy(update={"request_bytes": part.bytes_ - 1})
    smaller = part.bytes_ - 1
    return limits.model_copy(update={"file_bytes": smaller, "request_bytes": min(smaller, limits.request_bytes)})
