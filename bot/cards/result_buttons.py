"""Buttons under a result: every minus-one mix, and whatever else one wants next. Pure; small enough for a phone."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bot.cards.actions import Action, Verb
from bot.cards.cards import Button
from bot.cards.mixes import is_whole, letters, mix_words, stem_word
from bot.chats.stem_choice import Tap
from bot.texts import say
from jobs.models import STEMS, Format, Package, Request, Stem, StemCount

Rows = tuple[tuple[Button, ...], ...]

#: Where two stems leave nothing to choose, what one chooses from.
CHOICE: Final[StemCount] = 4
#: Formats that are offered where they are not what one has: for hearing, and for the DAW.
_FORMATS = (Format.MP3, Format.FLAC, Format.WAV, Format.WAV32)


def first_page(request: Request, language: str) -> Rows:
    """Mixes, and the way to everything else."""
    model = request.wish.model
    if request.wish.mix:
        mixes: list[Button] = [_want(request, "stems", say(language, "button-stems"))]
    elif model.stems == 2:
        mixes = [_mix(request, (Stem.ACCOMPANIMENT,), language), _only_vocals(request, language)]
    else:
        stems = STEMS[model.stems]
        mixes = [_mix(request, [one for one in stems if one is not left_out], language) for left_out in stems]
    more = _page(request, 2, say(language, "button-more"))
    if model.stems > 2:
        return _rows([*mixes], [_pick(request, "", say(language, "button-pick")), more])
    pick = [] if request.wish.mix else [_pick(request, str(CHOICE), say(language, "button-pick"))]
    return _rows([*mixes], pick, [*_counts(request, language), more])


def second_page(request: Request, language: str) -> Rows:
    """Other encodings, other separations, the same again, and the end of it."""
    wish = request.wish
    encodings = [_want(request, one, one.label) for one in _FORMATS if one is not wish.format]
    if wish.package is Package.ALBUM and not wish.mix:
        encodings.insert(0, _want(request, "zip", say(language, "button-zip")))
    counts = [] if wish.mix else _counts(request, language)
    return _rows(
        encodings,
        counts,
        [
            _want(request, "again", say(language, "button-again")),
            _button(Verb.FORGET, request, "", say(language, "button-forget")),
        ],
        [_page(request, 1, say(language, "button-back"))],
    )


def pick_page(request: Request, count: StemCount, chosen: Sequence[Stem], language: str) -> Rows:
    """A button for each stem of a separation into `count`, the chosen ones marked; and what makes their mix, once there
    is one."""
    stems = STEMS[count]
    own = request.wish.model.stems
    toggles = []
    for stem in stems:
        after = tuple(one for one in stems if (one in chosen) is not (one is stem))
        word = stem_word(stem, language).capitalize()
        tap = Tap(count=count, chosen=after, stem=stem)
        toggles.append(_pick(request, tap.choice(own), f"✓ {word}" if stem in chosen else word))
    make = []
    if chosen and not is_whole(chosen, count):
        mix = mix_words(chosen, count, language)
        choice = Tap(count=count, chosen=tuple(chosen)).choice(own)
        make = [_button(Verb.MAKE, request, choice, say(language, "button-make", mix=mix))]
    return _rows(toggles, make, [_page(request, 1, say(language, "button-back"))])


def forget_page(request: Request, language: str) -> Rows:
    """Whether that was meant."""
    return _rows(
        [
            _button(Verb.FORGET, request, "yes", say(language, "button-forget-yes")),
            _page(request, 1, say(language, "button-back")),
        ]
    )


def other_counts(request: Request, mixes: Iterable[tuple[int, Sequence[Stem]]], language: str) -> Rows:
    """Mixes that need another separation, by its number of stems."""
    return _rows(
        [
            _button(Verb.MIX, request, f"{count}{letters(mix)}", say(language, "settings-stems-button", stems=count))
            for count, mix in mixes
        ]
    )


def _rows(*groups: Sequence[Button]) -> Rows:
    """Each group in rows of two or three: more would not be readable."""
    return tuple(row for group in groups for row in _broken(group))


def _broken(group: Sequence[Button]) -> Iterator[tuple[Button, ...]]:
    width = 2 if len(group) in (2, 4) else 3
    for start in range(0, len(group), width):
        yield tuple(group[start : start + width])


def _mix(request: Request, mix: Sequence[Stem], language: str) -> Button:
    words = mix_words(mix, request.wish.model.stems, language) if len(mix) > 1 else _without_vocals(language)
    return _button(Verb.MIX, request, letters(mix), words[:1].upper() + words[1:])


def _without_vocals(language: str) -> str:
    return say(language, "mix-without", stem=stem_word(Stem.VOCALS, language))


def _only_vocals(request: Request, language: str) -> Button:
    label = say(language, "button-only", stem=stem_word(Stem.VOCALS, language))
    return _button(Verb.MIX, request, letters((Stem.VOCALS,)), label)


def _counts(request: Request, language: str) -> list[Button]:
    """Separations into another number of stems: more than there are, or the simple one again."""
    return [
        _want(request, str(count), say(language, "settings-stems-button", stems=count))
        for count in STEMS
        if count != request.wish.model.stems
    ]


def _want(request: Request, choice: str, label: str) -> Button:
    return _button(Verb.WANT, request, choice, label)


def _pick(request: Request, choice: str, label: str) -> Button:
    return _button(Verb.PICK, request, choice, label)


def _page(request: Request, page: int, label: str) -> Button:
    return _button(Verb.PAGE, request, str(page), label)


def _button(verb: Verb, request: Request, choice: str, label: str) -> Button:
    return Button(label=label, action=Action(verb=verb, target=request.id, choice=choice).text)
