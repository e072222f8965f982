"""Buttons under a result: every minus-one mix, and further requests. Pure; sized for a phone."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from bot.cards import treatments
from bot.cards.actions import Action, Verb, mark_of, parse_action
from bot.cards.better import better_label, better_models, takes
from bot.cards.cards import Button
from bot.cards.mixes import is_whole, letters, mix_words
from bot.cards.models import model_label, stem_word
from bot.cards.taps import Tap
from bot.texts import say
from jobs.models import Effect, Format, Mix, Package, Player, Request, Stem
from jobs.music.effects import PLAIN
from jobs.music.separation_models import MODELS, chat_models

Rows = tuple[tuple[Button, ...], ...]

#: Better models without a worker that announces any.
NOTHING: Final[Mapping[str, float]] = MappingProxyType({})

#: Formats to offer, without the request's own: for listening, and for a DAW.
_FORMATS: Final = (Format.MP3, Format.FLAC, Format.WAV, Format.WAV32)


#: Choices of what is written of a song, and their labels.
WRITTEN: Final = {"chords": "button-chords", "notes": "button-notes", "daw": "button-daw"}


def first_page(
    request: Request, language: str, here: Mapping[str, float] = NOTHING, seconds: float | None = None
) -> Rows:
    """Mixes, better separations, the button to the second page, and that of the Mixer, which platforms show where it
    has a link. `here`: see `bot.cards.better`. `seconds`: the song's length.
    """
    model = request.order.model
    if not request.order.is_stems or request.order.effect != PLAIN:
        mixes: list[Button] = [_want(request, "stems", say(language, "button-stems"))]
    elif set(model.stems) == {Stem.VOCALS, Stem.ACCOMPANIMENT}:
        mixes = [
            _mix(request, [Stem.ACCOMPANIMENT], language),
            _only_vocals(request, language),
        ]
    else:
        mixes = [
            _mix(request, [one for one in model.stems if one is not left_out], language) for left_out in model.stems
        ]
    better = []
    if request.order.is_stems and request.order.effect == PLAIN:
        better = [_better(request, model, here, seconds, language) for model in better_models(request, here)]
    more = _page(request, 2, say(language, "button-more"))
    is_page = isinstance(request.order.content, Player)
    play = [] if is_page else [_want(request, "player", say(language, "button-player"))]
    if len(model.stems) > 2:
        pick = _pick(request, "", say(language, "button-pick"))
        return _rows([*mixes], [pick, _practise(request, language), *play], *better, [more, _mixer(request, language)])
    picks = (
        [_pick(request, MODELS[_to_choose_from()].code, say(language, "button-pick"))] if request.order.is_stems else []
    )
    return _rows(
        [*mixes],
        [*picks, _practise(request, language), *play],
        *better,
        [*_models(request, language), more],
        [_mixer(request, language)],
    )


def _better(
    request: Request, model: str, here: Mapping[str, float], seconds: float | None, language: str
) -> tuple[Button]:
    """A row of its own: the label is long."""
    return (_want(request, MODELS[model].code, better_label(model, takes(model, here, seconds), language)),)


def _to_choose_from() -> str:
    """The model whose stems the keyboard offers if the request's own model has only two."""
    return next(name for name, info in chat_models().items() if len(info.stems) > 2)


def second_page(request: Request, language: str) -> Rows:
    """Buttons for other formats, other separations, the same again, and forgetting the song."""
    order = request.order
    encodings = [_want(request, one, one.label) for one in _FORMATS if one is not order.format]
    if order.package is Package.ALBUM and order.is_stems:
        encodings.insert(0, _want(request, "zip", say(language, "button-zip")))
    models = _models(request, language) if order.is_stems else []
    written = [_want(request, choice, say(language, label)) for choice, label in WRITTEN.items()]
    return _rows(
        [] if isinstance(order.content, Player) else encodings,
        models,
        written,
        [
            _want(request, "again", say(language, "button-again")),
            _button(Verb.FORGET, request, "", say(language, "button-forget")),
            _page(request, 1, say(language, "button-back")),
        ],
    )


def pick_page(request: Request, model: str, chosen: Sequence[Stem], language: str) -> Rows:
    """A button for each stem of a model, the chosen ones marked; and the button that makes their mix."""
    stems = MODELS[model].stems
    own = request.order.model.name
    toggles = []
    for stem in stems:
        after = tuple(one for one in stems if (one in chosen) is not (one is stem))
        word = stem_word(stem, language).capitalize()
        tap = Tap(model=model, chosen=after, stem=stem)
        toggles.append(_pick(request, tap.choice(own), f"✓ {word}" if stem in chosen else word))
    make = []
    if chosen and not is_whole(chosen, model):
        mix = mix_words(chosen, model, language)
        choice = Tap(model=model, chosen=tuple(chosen)).choice(own)
        make = [_button(Verb.MAKE, request, choice, say(language, "button-make", mix=mix))]
    return _rows(toggles, make, [_page(request, 1, say(language, "button-back"))])


def forget_page(request: Request, language: str) -> Rows:
    """The confirmation of forgetting a song."""
    return _rows(
        [
            _button(Verb.FORGET, request, "yes", say(language, "button-forget-yes")),
            _page(request, 1, say(language, "button-back")),
        ]
    )


def owned(rows: Rows, person: str) -> Rows:
    """A page whose buttons only `person` may press. There, Back closes the page."""
    mark = mark_of(person)
    return tuple(tuple(_owned(button, mark) for button in row) for row in rows)


def _owned(button: Button, mark: str) -> Button:
    action = parse_action(button.action)
    assert action is not None  # the page is ours
    return button.model_copy(update={"action": action.model_copy(update={"whose": mark}).text})


def mix_button(request: Request, model: str, mix: Mix, language: str, effect: Effect = PLAIN) -> Button:
    """The button of a mix, also of stems that need another separation."""
    words = mix_words(mix.stems, model, language, mix.levels, effect)
    choice = Tap(model=model, chosen=mix.stems).choice(request.order.model.name) + treatments.code(mix, effect)
    return _button(Verb.MIX, request, choice, words[:1].upper() + words[1:])


def _rows(*groups: Sequence[Button]) -> Rows:
    """Each group in rows of two or three buttons: more are not readable on a phone."""
    return tuple(row for group in groups for row in _broken(group))


def _broken(group: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    width = 2 if len(group) in (2, 4) else 3
    for start in range(0, len(group), width):
        yield tuple(group[start : start + width])


def _mix(request: Request, mix: Sequence[Stem], language: str) -> Button:
    return mix_button(request, request.order.model.name, Mix(stems=tuple(mix)), language)


def _only_vocals(request: Request, language: str) -> Button:
    label = say(language, "button-only", stem=stem_word(Stem.VOCALS, language))
    return _button(Verb.MIX, request, letters((Stem.VOCALS,)), label)


def _models(request: Request, language: str) -> list[Button]:
    """Buttons for separations by the other models."""
    return [
        _want(request, info.code, model_label(name, language))
        for name, info in chat_models().items()
        if name != request.order.model.name
    ]


def _want(request: Request, choice: str, label: str) -> Button:
    return _button(Verb.WANT, request, choice, label)


def _pick(request: Request, choice: str, label: str) -> Button:
    return _button(Verb.PICK, request, choice, label)


def _practise(request: Request, language: str) -> Button:
    return _button(Verb.PRACTISE, request, "", say(language, "button-practise"))


def _mixer(request: Request, language: str) -> Button:
    return _button(Verb.MIXER, request, "", say(language, "button-mixer"))


def _page(request: Request, page: int, label: str) -> Button:
    return _button(Verb.PAGE, request, str(page), label)


def _button(verb: Verb, request: Request, choice: str, label: str) -> Button:
    return Button(label=label, action=Action(verb=verb, target=request.id, choice=choice).text)
