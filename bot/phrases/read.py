"""A text as a mix: in the language of its author first, then in the others. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from bot.phrases.grammar import TELLING, Meanings, NoMixError, Parsed, parse
from bot.phrases.treatment import Treatment, treatment_reader
from bot.phrases.vocabulary import Kind, Term, Vocabulary, plain, vocabulary
from bot.phrases.wanted import Do, Wanted
from bot.texts import LANGUAGES, Language, negotiate

#: Longer texts are no mix, in characters.
LONGEST: Final = 160
#: Shorter words are not taken for misspelt, in letters.
_SHORTEST_MISSPELT: Final = 4
#: Misspelt words of this length need no other word about stems, in letters; their first letter must be right.
_LONG: Final = 6


#: Words that may stand around a treatment of the whole song: `this one at 80 % please`.
_NO_STEMS: Final = frozenset(
    (Kind.AROUND, Kind.ASKING, Kind.AFTER_ASKING, Kind.SONG, Kind.ALL, Kind.ARTICLE, Kind.AND, Kind.WITH)
)


class Certainty(Enum):
    """How surely a text is meant as a mix."""

    SURE = auto()
    #: Half a sentence, or a phrase with a second meaning: `the drums`, `no drums?`
    HALF = auto()
    #: One word is not known, but similar to one that is.
    MISSPELT = auto()
    #: Hardly without a command: `the rest`, `drums louder`.
    COMMAND = auto()


@dataclass(frozen=True)
class Reading:
    wanted: Wanted
    certainty: Certainty


def read_words(text: str, language: str) -> Reading | None:
    """The mix that a text names; None if there is none, or a word has no place in it. Raises `BeyondError` for a
    tempo, a key or a level that cannot be had.
    """
    if len(text) > LONGEST:
        return None
    first = negotiate(language)
    languages = [first, *(one for one in LANGUAGES if one != first)]
    written = plain(text)
    for one in languages:
        if (reading := _treated(written, one)) is not None:
            return reading
    vocabularies = [vocabulary(one) for one in languages]
    for words_of in vocabularies:
        words = _words(written, words_of)
        if (parsed := _parsed(words, words_of)) is not None:
            certainty = _certainty(parsed, is_question="?" in written)
            if certainty is Certainty.SURE and _is_ours(words, vocabularies[0]):
                certainty = Certainty.HALF
            return Reading(parsed.wanted, certainty)
    meant = {wanted for words_of in vocabularies for wanted in _misspelt(_words(written, words_of), words_of)}
    return Reading(meant.pop(), Certainty.MISSPELT) if len(meant) == 1 else None


def _treated(written: str, language: Language) -> Reading | None:
    """A mix with a tempo, a key or levels; None if the text has none, or is more than that and a mix."""
    words_of = vocabulary(language)
    treatment = treatment_reader(language).read(written)
    if treatment.is_none:
        return None
    words = [word for word in _words(treatment.rest, words_of) if word != ","]
    if _has_no_stems(words, words_of):
        wanted = treatment.wanted(Wanted())
        if treatment.is_talk:
            return Reading(wanted, Certainty.COMMAND)
        return Reading(wanted, Certainty.SURE if treatment.levels or words else Certainty.HALF)
    parsed = _parsed(_words(treatment.rest.strip(" ,"), words_of), words_of)
    if parsed is None or _loses_a_level(parsed.wanted, treatment):
        return None
    return Reading(treatment.wanted(parsed.wanted), _certainty(parsed, is_question="?" in written))


def names_no_stems(text: str, language: Language) -> bool:
    """Whether all words of a text may stand around a treatment of the whole song: `can you … please`."""
    words_of = vocabulary(language)
    return _has_no_stems([word for word in _words(plain(text), words_of) if word != ","], words_of)


def _has_no_stems(words: Sequence[str], words_of: Vocabulary) -> bool:
    try:
        meanings = _meanings(words, words_of)
    except NoMixError:
        return False
    return all({term.kind for term in terms} & _NO_STEMS for terms in meanings)


def _loses_a_level(mix: Wanted, treatment: Treatment) -> bool:
    """Whether a stem with a level is not among those to be kept: `vocals and drums -3` can be read in two ways."""
    kept = {stem for step in mix.steps if step.do in (Do.KEEP, Do.ONLY) for stem in step.stems}
    return bool(kept) and not {stem for stem, _ in treatment.levels} <= kept


def _is_ours(words: Sequence[str], words_of: Vocabulary) -> bool:
    """Whether words that read as another language's mix may be plain words of this one: `no piano` in Portuguese."""
    return bool(words_of.false_friends & {*words}) and words_of.native | words_of.false_friends >= {*words}


def _certainty(parsed: Parsed, *, is_question: bool) -> Certainty:
    asked = Kind.ASKING in parsed.kinds
    if not (parsed.kinds & {Kind.STEM, Kind.MARKED} or parsed.is_telling):
        return Certainty.COMMAND  # `the rest`
    if parsed.is_loose or (is_question and not asked):
        return Certainty.HALF
    if (Kind.ARTICLE in parsed.kinds or parsed.wanted.parts) and not (asked or parsed.is_telling):
        return Certainty.HALF  # `the drums`, `guitar`
    return Certainty.SURE


# --- words --------------------------------------------------------------------------------------------------------


def _words(written: str, words_of: Vocabulary) -> list[str]:
    """Words and signs. A hyphen within a word joins a phrase: `drum-less`; before a word it means `without`."""
    text = re.sub(r"@\w+", " ", written)
    for short, long in sorted(words_of.written.items(), reverse=True):  # `w/out` before `w/`
        text = re.sub(rf"(?<!\w){re.escape(short)}", f"{long} ", text)
    words: list[str] = []
    for found in re.findall(r"(?<![\w-])-(?=\w)|\w+(?:-\w+)*|[+&/]|[,;:.!…\n]", text):
        parts = found.split("-")
        if found == "-" or (len(parts) > 1 and not _joins(parts, words_of)):
            words.append(found)  # `vocals-drums` may mean both, or one without the other: unknown
        elif found in ",;:.!…\n":
            words.append(",")
        else:
            words += parts
    return words


def _joins(parts: Sequence[str], words_of: Vocabulary) -> bool:
    stems = (Kind.STEM, Kind.WEAK)
    return not all(any(term.kind in stems for term in words_of.terms.get((part,), ())) for part in parts)


def _parsed(words: Sequence[str], words_of: Vocabulary) -> Parsed | None:
    try:
        return parse(_meanings(words, words_of))
    except NoMixError:
        return None


def _meanings(words: Sequence[str], words_of: Vocabulary) -> list[Meanings]:
    """The meanings of the longest phrases from left to right. Raises `NoMixError` for an unknown word."""
    found: list[Meanings] = []
    rest = [*words]
    while rest:
        if rest[0] == ",":
            found.append((Term(Kind.COMMA),))
            del rest[0]
            continue
        for length in range(min(words_of.longest, len(rest)), 0, -1):
            if (terms := words_of.terms.get(tuple(rest[:length]))) is not None:
                found.append(terms)
                del rest[:length]
                break
        else:
            raise NoMixError
    return found


# --- misspelt words -----------------------------------------------------------------------------------------------


def _misspelt(words: Sequence[str], words_of: Vocabulary) -> Iterator[Wanted]:
    """The mixes that are meant if the only unknown word is misspelt in one letter, or has two letters swapped."""
    unknown = [index for index, word in enumerate(words) if word.isalpha() and word not in words_of.words]
    if len(unknown) != 1 or len(words[unknown[0]]) < _SHORTEST_MISSPELT:
        return
    (index,) = unknown
    for word in words_of.words:
        if not _one_slip(words[index], word):
            continue
        parsed = _parsed([*words[:index], word, *words[index + 1 :]], words_of)
        if parsed is None or _certainty(parsed, is_question=False) is not Certainty.SURE:
            continue
        others = _kinds([one for one in words if one != words[index]], words_of)
        is_telling = bool(TELLING & (others | _kinds([word], words_of) if Kind.STEM in others else others))
        is_long = len(words[index]) >= _LONG and word[0] == words[index][0] and not parsed.wanted.parts
        if is_telling or is_long:
            yield parsed.wanted


def _kinds(words: Sequence[str], words_of: Vocabulary) -> set[Kind]:
    return {term.kind for word in words for term in words_of.terms.get((word,), ())}


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ in one letter, or in two swapped neighbours."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    return (len(first) <= 1 and len(second) <= 1) or (len(first) == 2 and first == second[::-1])
