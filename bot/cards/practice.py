"""The page of buttons for practice: who is out, how fast, in which key, with which click. Pure; sized for a phone.

A button has the choice that its keyboard shows, and one change of it: `vbo~t80.k-1`. So a tap on an old keyboard
changes one thing of the newer choice, which is stored.
"""

from math import ceil
from typing import Final

from bot.cards import treatments
from bot.cards.actions import Action, Verb
from bot.cards.cards import Button
from bot.cards.mixes import from_letters, is_whole, letters, mix_words
from bot.cards.models import stem_word
from bot.texts import say
from jobs.models import Effect, Mix, Order, Request, Stem, Value
from jobs.music.effects import PLAIN, signed
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO

Rows = tuple[tuple[Button, ...], ...]

TEMPI: Final = (60, 70, 80, 90, 100)  # percent; /mix has every other one
FURTHEST: Final = 12  # semitones
MOST_BARS: Final = 2  # of a count-in
MAKE: Final = "make"


class Choice(Value):
    """The stems that are heard, and their effect."""

    stems: tuple[Stem, ...]
    effect: Effect = PLAIN

    @property
    def text(self) -> str:
        """For a button's data: `vbo~t80k-2`."""
        return letters(self.stems) + (treatments.code(Mix(stems=self.stems), self.effect) if self.stems else "")

    def order(self, order: Order) -> Order:
        """An order of this mix. Raises `ValueError` for no stems."""
        return order.model_copy(update={"content": Mix(stems=self.stems), "effect": self.effect})


def read_choice(text: str, model: str) -> Choice | None:
    """The choice of a button's data for a model; None for values that no button has."""
    found, mark, code = text.partition("~")
    stems = from_letters(found, model)
    treated = treatments.treated(stems, mark + code) if stems else None
    if treated is None:
        return None if stems else Choice(stems=())
    return Choice(stems=stems, effect=treated[1])


def split(text: str) -> tuple[str, str]:
    """The choice and the change in a button's data; both empty for the button that opens the page."""
    choice, _, change = text.partition(".")
    return choice, change


def practice_page(request: Request, choice: Choice, language: str) -> Rows:
    """The page that shows a choice."""
    model = request.order.model.name
    stems = MODELS[model].stems
    tempo, key = choice.effect.tempo, choice.effect.key

    def button(label: str, change: str) -> Button:
        action = Action(verb=Verb.PRACTISE, target=request.id, choice=f"{choice.text}.{change}")
        return Button(label=label, action=action.text)

    toggles = [
        button(
            f"✓ {stem_word(stem, language).capitalize()}"
            if stem in choice.stems
            else stem_word(stem, language).capitalize(),
            f"{'-' if stem in choice.stems else '+'}{STEM_INFO[stem].letter}",
        )
        for stem in stems
    ]
    click, count_in = choice.effect.click, choice.effect.count_in
    toggles += [
        button(
            ("✓ " if click else "") + say(language, "practice-click", use=click or "none"),
            f"c{(treatments.CLICKS.index(click) + 1) % len(treatments.CLICKS)}",
        ),
        button(
            ("✓ " if count_in else "") + say(language, "practice-count-in", bars=count_in),
            f"i{(count_in + 1) % (MOST_BARS + 1)}",
        ),
    ]
    width = ceil(len(toggles) / 2)
    tempi = [button(f"✓ {one} %" if one == tempo else f"{one} %", f"t{one}") for one in TEMPI]
    back = Action(verb=Verb.PAGE, target=request.id, choice="1")
    keys = [
        button("♭ \N{MINUS SIGN}1", "k-1"),
        button(say(language, "practice-key", key=signed(key) or "0"), "k0"),
        button("♯ +1", "k+1"),
        Button(label=say(language, "button-back"), action=back.text),
    ]
    rows = [tuple(toggles[start : start + width]) for start in range(0, len(toggles), width)]
    rows += [tuple(tempi), tuple(keys)]  # five rows with the next one, which is the most on Discord
    if choice.stems and not (is_whole(choice.stems, model) and choice.effect == PLAIN):
        made = mix_words(choice.stems, model, language, effect=choice.effect)
        rows.append((button(say(language, "button-make", mix=made), MAKE),))
    return tuple(rows)
