"""Request and progress to a card: text and buttons. Pure, and the same for every platform.

A card's text is plain, without markup. A button's `action` holds its data: see `bot.cards.actions`.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.analysis import analysis_line
from bot.cards.better import about_better, unavailable
from bot.cards.headings import heading
from bot.cards.models import fetching_model, model_label, rendering, separating, stem_words
from bot.texts import figures, say, sentence
from jobs.failures import Failure, Reason
from jobs.models import Format, Package, Preferences, Rendition, TrackId, Upload, Value
from jobs.music.analysis import Analysis
from jobs.music.separation_models import MODELS, chat_models, usual_instead
from jobs.progress import Progress, RequestPhase, TrackStage, View
from jobs.results import Manifest, StoredFile

CELLS: Final = 12  # of a progress bar; fits on one line of a small phone
MOST_PERCENT: Final = 99  # of work that still goes on
LITTLE: Final = 7.5  # seconds; an estimate below it is told in words

#: Reasons that may be gone at the next try. Their cards have a button for it.
PASSING: Final = frozenset(
    {
        Reason.YOUTUBE_REFUSED,
        Reason.NETWORK,
        Reason.STALLED,
        Reason.NO_DISK,
        Reason.MODEL_UNAVAILABLE,
        Reason.MODEL_DAMAGED,
        Reason.OUT_OF_MEMORY,
        Reason.MISSING_RIGHT,
        Reason.INTERRUPTED,
        Reason.TIMED_OUT,
        Reason.INTERNAL,
    }
)


class Button(Value):
    """A button with an action; or with a `url`, which it opens instead, `as_app` inside of the chat's own program."""

    label: str
    action: str
    url: str = ""
    as_app: bool = False


class Picture(Value):
    """A picture on a card: a file of a track in the store. `name`: its name for people. `title`: what it shows.

    `cover`: the song's cover, for platforms that show several pictures in one message. `rendition`: whose file it is;
    None: the track's own.
    """

    track_id: TrackId
    file: StoredFile
    name: str
    title: str
    cover: StoredFile | None = None
    rendition: Rendition | None = None


class Card(Value):
    """The content of a status message: plain text and rows of buttons. `is_final`: it will not change by itself.

    `picture`: above the text. A message that has one keeps it, also when a later card names none.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    is_final: bool = False
    picture: Picture | None = None
    face: str = ""  # of what its content is, for comparison with another one; '': of all of it


def card(
    view: View,
    language: str,
    *,
    manifest: Manifest | None = None,
    notes: Sequence[str] = (),
    uncertain: Sequence[str] = (),
    offers: Sequence[tuple[Button, ...]] = (),
    picture: Picture | None = None,
    analysis: Analysis | None = None,
    results: Sequence[str] = (),
) -> Card:
    """The card of one request. Total: every view has one.

    `manifest` names the song after its separation, `notes` are sentences on how it was sent, `uncertain` the ids of
    parts whose arrival the platform did not confirm: each gets a button that sends it again. `offers` are buttons for
    further requests. `picture` shows the stems, once they are being sent; then a line tells what the `analysis` found.
    `results`: lines of results that were asked for on this card.
    """
    is_made = view.phase in (RequestPhase.SENDING, RequestPhase.DONE)
    lines = [heading(view, language, manifest), *state_lines(view, language), *results]
    if is_made and (found := analysis_line(analysis, language, view.request.order.effect)):
        lines.append(found)
    if manifest is not None and view.phase is not RequestPhase.FAILED:
        lines += about_sound(manifest, language)
    lines += notes
    buttons = [
        (Button(label=say(language, "button-resend"), action=_action(Verb.RESEND, view, part)),) for part in uncertain
    ]
    if uncertain:
        lines.append(say(language, "card-uncertain"))
    if view.failure is not None and view.failure.reason in PASSING:
        buttons.append((Button(label=say(language, "button-retry"), action=_action(Verb.WANT, view, "again")),))
    if view.failure is not None and view.failure.reason is Reason.MODEL_MISSING:
        instead = usual_instead(view.request.order.model.name)
        choice = MODELS[instead].code
        buttons.append((Button(label=model_label(instead, language), action=_action(Verb.WANT, view, choice)),))
    if view.is_open:
        buttons.append((Button(label=say(language, "button-cancel"), action=_action(Verb.CANCEL, view)),))
    return Card(text="\n".join(lines), buttons=(*buttons, *offers), picture=picture if is_made else None)


def about_sound(manifest: Manifest, language: str) -> list[str]:
    """Sentences on defects of the source: an early end, damage, a late start, gaps."""
    sentences = {"cut_short": "card-cut-short", "damaged": "card-damaged"}
    said = [say(language, sentences[note]) for note in manifest.notes if note in sentences]
    if manifest.late:
        said.append(say(language, "card-late", shift=figures.shift(manifest.late, language)))
    if manifest.gaps:
        said.append(say(language, "card-gaps", shift=figures.shift(manifest.gaps, language)))
    return said


def settings_card(preferences: Preferences, language: str, here: Mapping[str, float] | None = None) -> Card:
    """A chat's settings, and a button for each choice; the chosen ones are marked. `here`: see `bot.cards.better`."""
    here = here or {}
    label = model_label(preferences.model.name, language)
    offered = chat_models({*here, preferences.model.name})
    slow = [name for name, info in offered.items() if info.is_slow]
    lines = (
        say(language, "settings-title"),
        say(language, "settings-stems", model=label, stems=stem_words(preferences.model.stems, language)),
        *(about_better(name, here, language) if name in here else unavailable(name, language) for name in slow),
        say(language, "settings-format", format=preferences.format.label),
        say(language, "settings-package", package=preferences.package),
    )
    models = {
        name: _choice(model_label(name, language), Verb.STEMS, info.code, name == preferences.model.name)
        for name, info in offered.items()
    }
    rows = [tuple(button for name, button in models.items() if name not in slow), *((models[name],) for name in slow)]
    formats = [_choice(one.label, Verb.FORMAT, one, one is preferences.format) for one in Format]
    packages = [
        _choice(say(language, "settings-package-button", package=one), Verb.PACKAGE, one, one is preferences.package)
        for one in Package
    ]
    return Card(text="\n".join(lines), buttons=(*rows, tuple(formats[:4]), tuple(formats[4:]), tuple(packages)))


def _choice(label: str, verb: Verb, choice: str, chosen: bool) -> Button:
    return Button(label=f"✓ {label}" if chosen else label, action=Action(verb=verb, choice=choice).text)


def status_line(view: View, language: str, also: str = "") -> str:
    """One request in a list: its song and its state, on two lines. `also`: see `bot.cards.headings.told_apart`."""
    return "\n".join((heading(view, language, view.manifest, also), state_lines(view, language)[0]))


def bar(fraction: float) -> str:
    """`▰▰▰▰▱▱▱▱▱▱▱▱`, full only at 1.0."""
    full = int(CELLS * min(max(fraction, 0.0), 1.0))
    return "▰" * full + "▱" * (CELLS - full)


def _action(verb: Verb, view: View, choice: str = "") -> str:
    return Action(verb=verb, target=view.request.id, choice=choice).text


def state_lines(view: View, language: str) -> list[str]:
    """The state of a request, in one to three lines."""
    match view.phase:
        case RequestPhase.RECEIVING:  # a link has this phase only until it is queued
            upload = isinstance(view.request.source, Upload)
            return [say(language, "card-receiving" if upload else "card-queued-somewhere")]
        case RequestPhase.WAITING:
            return _waiting(view, view.progress or Progress(), language)
        case RequestPhase.READY:
            return [say(language, "card-ready")]
        case RequestPhase.SENDING:
            return [say(language, "card-sending")]
        case RequestPhase.DONE:
            return [_done(view, language)]
        case RequestPhase.FAILED:
            return [sentence(view.failure or Failure(reason=Reason.INTERNAL), language)]
        case RequestPhase.CANCELLED:
            return [say(language, "card-cancelled")]


def _waiting(view: View, progress: Progress, language: str) -> list[str]:
    order = view.request.order
    queued = progress.stage is TrackStage.QUEUED
    left = _number(view.wait if queued and view.wait is not None else progress.seconds_left)
    wait = figures.wait(left, language) if left is not None else ""
    match progress.stage:
        case TrackStage.QUEUED if view.starts:
            return [say(language, "card-starting")]
        case TrackStage.QUEUED:
            line = say(language, "card-queued-somewhere")
            if view.ahead is not None:
                line = say(language, "card-queued", ahead=min(max(view.ahead, 0), 10**6))
            return [f"{line} · {say(language, 'card-wait', wait=wait)}" if wait else line]
        case TrackStage.FETCHING:
            upload = isinstance(view.request.source, Upload)
            lines = [say(language, "card-reading") if upload else say(language, "card-fetching")]
        case TrackStage.SEPARATING:
            lines = [separating(order.model, language)]
        case TrackStage.RENDERING:
            lines = [rendering(order, language)]
    percent = percent_of(view)
    measures = []
    if percent is not None:
        measures.append(f"{bar(percent / 100)} {say(language, 'card-percent', percent=percent)}")
    if left is not None:
        little = left < LITTLE
        measures.append(say(language, "card-left-little") if little else say(language, "card-left", wait=wait))
    if measures:
        lines.append(" · ".join(measures))
    if progress.note == "model":
        lines.append(fetching_model(progress, language))
    return lines


def percent_of(view: View) -> int | None:
    """How much of its present stage is done, of a track in work; None if that is unknown."""
    progress = view.progress
    if view.phase is not RequestPhase.WAITING or progress is None or progress.stage is TrackStage.QUEUED:
        return None
    fraction = _number(progress.fraction)
    return None if fraction is None else min(int(100 * max(fraction, 0.0)), MOST_PERCENT)


def _done(view: View, language: str) -> str:
    taken = _number(view.closed_at - view.request.created_at) if view.closed_at is not None else None
    if taken is None or taken < 0:
        return say(language, "card-done-plain")
    return say(language, "card-done", wait=figures.took(max(1.0, taken), language))


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
