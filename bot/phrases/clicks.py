"""Click and count-in in a text: `with a click`, `stage mix`, `count-in 2`, `two bars count-in`. Pure."""

import re
from collections.abc import Iterable, Mapping

from bot.phrases.vocabulary import Kind, Vocabulary
from jobs.music.effects import ClickUse


class ClickReader:
    """Reads clicks and count-ins in one language. `numbers`: words for numbers."""

    def __init__(self, words_of: Vocabulary, numbers: Mapping[str, int]) -> None:
        table = words_of.treatment
        self._numbers = numbers
        lead = rf"(?:(?<!\w)(?:{any_of(phrases_of(words_of, Kind.WITH, Kind.AND))}) )?"
        article = rf"(?:\b(?:{any_of(phrases_of(words_of, Kind.ARTICLE, Kind.ONE))}) )?"
        click, of, bar = any_of(table["click"]), any_of(table["of"]), any_of(table["bar"])
        number = rf"\d{{1,2}}|{any_of(numbers)}"
        unwanted = any_of(phrases_of(words_of, Kind.WITHOUT))
        count_in = any_of(table["count_in"])
        self._none = re.compile(rf"(?<!\w)(?:{unwanted}) {article}(?:{click}|{count_in})\b")
        self._stage = re.compile(rf"{lead}{article}\b(?:{any_of(table['stage'])})\b")
        self._click = re.compile(rf"{lead}{article}\b(?:{click})\b")
        self._count_in = re.compile(
            # A number with a sign is the key: `-2 count-in`.
            rf"{lead}{article}(?:(?<![-+])\b(?P<before>{number})[ -])?"
            rf"(?:\b(?:{bar}) )?(?:(?:{of}) )?{article}\b(?:{count_in})\b"
            rf"(?:,? ?:? ?(?:(?:{of}) )?(?P<behind>{number})\b(?! ?%)(?: ?(?:{bar})\b)?)?"
        )

    def read(self, text: str) -> tuple[str, ClickUse | None, int]:
        """The text without them, the use of a click, and the bars of a count-in."""
        text = self._none.sub(",", text)
        bars = 0
        if found := self._count_in.search(text):
            said = found["behind"] or found["before"] or "1"
            bars = int(said) if said.isdigit() else self._numbers[said]
            text = _without(found)
        if found := self._stage.search(text):
            return _without(found), "stage", bars
        if found := self._click.search(text):
            return _without(found), "mixed", bars
        return text, None, bars


def any_of(phrases: Iterable[str] | Mapping[str, object]) -> str:
    """An alternative of phrases, the longest first."""
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def phrases_of(words_of: Vocabulary, *kinds: Kind) -> list[str]:
    """The phrases of some kinds."""
    return [" ".join(phrase) for phrase, terms in words_of.terms.items() if any(term.kind in kinds for term in terms)]


def _without(found: re.Match[str]) -> str:
    return f"{found.string[: found.start()]} , {found.string[found.end() :]}"
