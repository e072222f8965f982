"""A text as a loop or a drill without the command: `loop 1:02-1:18 8x no drums`, `bars 9 to 16 at 70 %`. Pure."""

import re
from typing import Final

from pydantic import ValidationError

from bot.phrases.clicks import any_of
from bot.phrases.passages import Found, read_passage, with_passage
from bot.phrases.read import LONGEST, Certainty, Reading, names_no_stems, read_words
from bot.phrases.treatment import BeyondError
from bot.phrases.vocabulary import plain, vocabulary
from bot.phrases.wanted import Wanted
from bot.texts import LANGUAGES
from jobs.models import Effect

_SAYING: Final = re.compile(
    "|".join(
        rf"\b(?:{any_of([*vocabulary(language).treatment['loop'], *vocabulary(language).treatment['drill']])})\b"
        for language in LANGUAGES
    )
)


def read_loop(text: str, language: str) -> Reading | None:
    """The loop or drill that a text names; None if it names no passage, or a word has no place in it.

    It is sure if it says that it is a loop or a drill, or how often or how fast; else a passage alone may be a time of
    day. Raises `BeyondError` for a loop that cannot be had.
    """
    if len(text) > LONGEST:
        return None
    says = bool(_SAYING.search(plain(text)))
    try:
        found = read_passage(text, language)
        if found is None:
            return None
        rest = _SAYING.sub(",", plain(found.rest))
        is_bare = any(names_no_stems(rest, one) for one in LANGUAGES)
        reading = None if is_bare else read_words(rest, language)
        if reading is None and not is_bare:
            return None
        wanted = reading.wanted if reading else Wanted()
        wanted = wanted.model_copy(update={"effect": with_passage(wanted.effect, found)})
    except (BeyondError, ValidationError):
        if says:
            raise BeyondError from None
        return None
    is_sure = says or bool(wanted.steps) or _says_more(found, wanted.effect)
    return Reading(wanted, Certainty.SURE if is_sure else Certainty.COMMAND)


def _says_more(found: Found, effect: Effect) -> bool:
    """Whether a number of times or a tempo is said."""
    return effect.tempo != 100 or found.passage.slowest is not None or found.is_counted
