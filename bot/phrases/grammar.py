"""From words to the steps of a mix: every word of a phrase must have its place, or the phrase is no mix. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.phrases.vocabulary import Kind, Term
from bot.phrases.wanted import Do, Part, Step, Wanted
from jobs.music.stems import Stem

Meanings = tuple[Term, ...]

_STEMS: Final = frozenset([Kind.STEM, Kind.WEAK, Kind.MARKED])
_NAMED: Final = _STEMS | {Kind.ARTICLE}
_WHOLES: Final = frozenset([Kind.WHOLE, Kind.BACKING, Kind.SONG])
#: Words that mean a mix by themselves.
TELLING: Final = frozenset([Kind.WITHOUT, Kind.EXCEPT, Kind.OUT, Kind.ONLY, Kind.WHOLE, Kind.LESS, Kind.BACKING])
#: Words that leave what is before them next to what is behind.
_ASIDE: Final = frozenset([Kind.ARTICLE, Kind.AROUND])

#: What must come next, and what must come before.
_AHEAD: Final = {
    Kind.WITHOUT: _NAMED | {Kind.ONLY, Kind.ALL},
    Kind.EXCEPT: _NAMED,
    Kind.BUT: frozenset([Kind.WITHOUT, Kind.WITH, Kind.ONLY, Kind.ASKING]),
    Kind.ONE: _WHOLES | {Kind.MINUS_ONE, Kind.LESS, Kind.WITHOUT},
}
_BEFORE: Final = {
    Kind.OUT: _STEMS,
    Kind.AFTER_ASKING: frozenset([Kind.ASKING, Kind.AFTER_ASKING]),
}


class NoMixError(Exception):
    """The words are no mix."""


@dataclass
class _Group:
    do: Do
    stems: list[Stem] = field(default_factory=list)


@dataclass
class Parsed:
    """A mix in words, and which kinds of words it was said with. `is_loose`: another reading is about as likely."""

    wanted: Wanted
    kinds: frozenset[Kind]
    is_loose: bool

    @property
    def is_telling(self) -> bool:
        return bool(self.kinds & TELLING)


def parse(words: Sequence[Meanings]) -> Parsed:
    """The mix of these words. Raises `NoMixError`."""
    reader = _Reader()
    for index, meanings in enumerate(words):
        ahead = {term.kind for term in words[index + 1]} if index + 1 < len(words) else set()
        reader.read(meanings, ahead)
    return reader.end()


class _Reader:
    """Reads one word after the other. `_open`: a word waits for stems on its right."""

    def __init__(self) -> None:
        self._groups: list[_Group] = []
        self._parts: list[Part] = []
        self._kinds: list[Kind] = []  # of the words so far
        self._do = Do.KEEP
        self._open = False
        self._needs_out = False
        self._all_dropped = False
        self._is_loose = False
        self._new = True  # the next stem begins a group
        self._listed = False  # a word joins the next stem to the group

    def read(self, meanings: Meanings, ahead: set[Kind]) -> None:
        """Take the next word. `ahead`: the kinds of the one behind it."""
        term = self._chosen({term.kind: term for term in meanings}, ahead)
        kind, before = term.kind, self._last
        if kind is Kind.MINUS_ONE:  # `minus one bass`, or `minus one` alone
            term = Term(kind := Kind.WITHOUT if ahead & _NAMED else Kind.BACKING)
        if (kind in _AHEAD and not ahead & _AHEAD[kind]) or (kind in _BEFORE and before not in _BEFORE[kind]):
            raise NoMixError
        if kind in _STEMS:
            self._stems(term, before)
        elif kind in (Kind.WHOLE, Kind.LESS):
            self._named_mix(term)
        elif kind in (Kind.SONG, Kind.ALL, Kind.COMMA, Kind.NEVER):
            self._aside(kind, ahead)
        else:
            self._word(kind, before, ahead)
        self._kinds.append(kind)

    def _word(self, kind: Kind, before: Kind | None, ahead: set[Kind]) -> None:
        match kind:
            case Kind.WITHOUT:
                self._begin(Do.DROP)
            case Kind.EXCEPT:
                self._except(before)
            case Kind.OUT:
                self._out()
            case Kind.ONLY:
                self._only(before, ahead)
            case Kind.WITH:
                self._with(ahead)
            case Kind.NEEDS_OUT:
                self._needs_out = True
            case Kind.AND:
                self._listed = True
            case _:  # it says nothing about stems
                pass

    def end(self) -> Parsed:
        if Kind.BACKING in self._kinds:
            if any(group.do is not Do.DROP for group in self._groups):
                raise NoMixError
            self._groups = self._groups or [_Group(Do.KEEP, [Stem.ACCOMPANIMENT])]
        if not self._groups or self._open or self._needs_out:
            raise NoMixError
        steps = tuple(Step(do=group.do, stems=tuple(dict.fromkeys(group.stems))) for group in self._groups)
        wanted = Wanted(steps=steps, parts=tuple(dict.fromkeys(self._parts)))
        return Parsed(wanted, frozenset(self._kinds), self._is_loose)

    @property
    def _last(self) -> Kind | None:
        """The kind of the last word that says something about stems."""
        return next(
            (kind for kind in reversed(self._kinds) if kind not in _ASIDE - {Kind.ASKING, Kind.AFTER_ASKING}), None
        )

    def _chosen(self, kinds: dict[Kind, Term], ahead: set[Kind]) -> Term:
        """The meaning of a word that has several."""
        if Kind.EXCEPT in kinds and Kind.BUT in kinds:
            return kinds[Kind.BUT if ahead & {Kind.WITHOUT, Kind.WITH, Kind.ONLY} else Kind.EXCEPT]
        if Kind.EXCEPT in kinds and Kind.OUT in kinds:
            return kinds[Kind.EXCEPT if self._last in (Kind.ALL, Kind.SONG) else Kind.OUT]
        if Kind.WHOLE in kinds and not (self._open and self._do is Do.DROP):
            return kinds[Kind.WHOLE]
        return next(term for kind, term in kinds.items() if kind is not Kind.WHOLE or len(kinds) == 1)

    def _begin(self, do: Do) -> None:
        self._do, self._new, self._open, self._listed = do, True, True, False

    def _stems(self, term: Term, before: Kind | None) -> None:
        if term.kind is Kind.MARKED and self._do not in (Do.DROP, Do.ONLY):
            raise NoMixError
        if before in (Kind.LESS, Kind.OUT, Kind.WHOLE):
            raise NoMixError
        if self._new:
            self._groups.append(_Group(self._do))
        elif self._do is Do.DROP:  # `no drums, vocals`: without both, or vocals without drums; with `and` it is a list
            self._is_loose = not self._listed
        self._groups[-1].stems += term.stems
        self._parts += [Part(name=term.part, stem=term.stems[0])] if term.part else []
        self._new = self._open = self._listed = False

    def _named_mix(self, term: Term) -> None:
        """A mix with a name: `karaoke`, `drumless`. Nothing but `only` stands before `karaoke`."""
        if term.kind is Kind.WHOLE and (self._groups or self._do is Do.DROP):
            raise NoMixError
        self._groups.append(_Group(Do.DROP if term.kind is Kind.LESS else Do.KEEP, [*term.stems]))
        self._do, self._new, self._open = Do.KEEP, term.kind is Kind.LESS, False

    def _aside(self, kind: Kind, ahead: set[Kind]) -> None:
        """Words for the song, and commas: no word before them waits for a stem. Stems do not follow the song."""
        if kind is Kind.ALL and self._open and self._do is Do.DROP:  # `remove everything but the bass`
            self._all_dropped = True
            return
        stems_follow = bool(ahead & _STEMS) and Kind.WHOLE not in ahead
        if kind is Kind.NEVER or self._open or (kind is not Kind.COMMA and stems_follow):
            raise NoMixError

    def _out(self) -> None:
        self._groups[-1].do = Do.DROP
        self._begin(Do.KEEP)
        self._open = self._needs_out = False

    def _except(self, before: Kind | None) -> None:
        """Of everything: `all but drums`, `everything, but no drums`; `menos bateria` alone means less of it."""
        if self._all_dropped and before is Kind.ALL:
            self._begin(Do.ONLY)
            return
        after_all = before in (Kind.ALL, Kind.SONG, Kind.WHOLE) or (before is Kind.COMMA and Kind.ALL in self._kinds)
        if self._open or not after_all:
            raise NoMixError
        self._begin(Do.DROP)

    def _only(self, before: Kind | None, ahead: set[Kind]) -> None:
        if self._open and self._do is Do.DROP:  # `mute only the drums`
            return
        if before in _STEMS and not ahead & (_NAMED | {Kind.WITH, Kind.WHOLE, Kind.ONLY, Kind.BACKING}):
            if self._do is Do.DROP:
                raise NoMixError  # `no vocals, drums only`
            self._groups[-1].do = Do.ONLY
            return
        if before is Kind.WHOLE:
            return
        if not ahead & (_NAMED | _WHOLES | {Kind.WITH, Kind.WITHOUT, Kind.ONLY}):
            raise NoMixError
        self._begin(Do.ONLY)

    def _with(self, ahead: set[Kind]) -> None:
        if (self._open and self._do is Do.ONLY) or Kind.WITHOUT in ahead:
            return
        if self._all_dropped:
            self._begin(Do.ONLY)
            return
        if not self._groups:
            raise NoMixError
        if any(group.do is Do.DROP for group in self._groups):
            self._begin(Do.ADD)
        else:
            self._listed = self._open = True
