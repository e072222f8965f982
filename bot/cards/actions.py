"""The data of buttons, stored by the chat platform: `verb`, `verb:target` or `verb:target:choice`. Pure.

A button's data is complete, so that it works after a restart. Buttons stay in chats for years: a shape may be extended,
but must accept all earlier data.
"""

import hashlib
import re
from enum import StrEnum, unique
from typing import Final

from bot.cards import treatments
from bot.texts import LANGUAGES
from jobs.models import Format, Package, Value
from jobs.music.separation_models import MODELS
from jobs.music.stems import STEM_INFO

#: Longest playlist id that fits a button, in characters: 64 bytes minus the verb.
LONGEST_PLAYLIST_ID: Final = 59


@unique
class Verb(StrEnum):
    """What a button does."""

    CANCEL = "cancel"  # target: request id
    CANCEL_ALL = "cancelall"  # cancels the open requests of the button's chat
    RESEND = "resend"  # target: request id; choice: part id
    # In a list of songs; target: request id.
    SHOW = "show"  # sends the card again
    STOP = "stop"  # cancels, and shows the list without it
    # Settings of the button's chat.
    STEMS = "stems"  # choice: the code of a model, see `jobs.music.separation_models`
    FORMAT = "format"  # choice: mp3, …
    PACKAGE = "package"  # choice: album, zip, both
    # Settings of groups. The choice is the new value, not a toggle: an old menu never sets the opposite.
    EVERY = "every"  # choice: on, off; whether the bot takes every link
    LANGUAGE = "language"  # choice: a language, each
    # Under a result; target: request id.
    # choice: letters of stems, see `bot.cards.mixes`; another separation has the code of its model in front, and a
    # treatment follows, see `bot.cards.treatments`
    MIX = "mix"
    PICK = "pick"  # choice: see `bot.cards.taps`; shows the keyboard that chooses stems
    MAKE = "make"  # choice: as for a mix; a newer choice of stems replaces it
    PRACTISE = "practise"  # choice: see `bot.cards.practice`; shows the page for practice
    PAGE = "page"  # choice: 1, 2; shows that page of buttons
    WANT = "want"  # choice: a format, zip, player, stems, again, chords, notes, daw, or the code of a model
    FORGET = "forget"  # choice: yes, after the confirmation
    MIXER = "mixer"  # opens the page that plays the stems: `bot.cards.mixer` makes a link of it
    # Playlists, and songs over the limit.
    LIST = "list"  # target: playlist id; reads its entries
    RUN = "run"  # target: run id; choice: start, stop
    LATER = "later"  # target: batch id; starts the songs that fit now
    FOUND = "found"  # target: search id; choice: the video id of a hit, again, stop
    # Under the question to the owner.
    ADMIT = "admit"  # target: the platform's own id of a person or group; choice: yes, no


class Action(Value):
    """The parsed data of a button."""

    verb: Verb
    target: str = ""
    choice: str = ""
    whose: str = ""  # the mark of the only person who may press it; '': everyone may

    @property
    def text(self) -> str:
        """The button's data: `cancel:0123456789abcdef`, `stems::4`, `pick:0123456789abcdef:4v.v*0a1b2c3d`."""
        return f"{self.verb}:{self.target}:{self.choice}".rstrip(":") + (f"*{self.whose}" if self.whose else "")


_ID: Final = "[0-9a-f]{16}"
_MODEL: Final = "|".join(info.code for info in MODELS.values())
_FORMAT: Final = "|".join(Format)
_VIDEO: Final = "[A-Za-z0-9_-]{10}[AEIMQUYcgkosw048]"
_LETTER: Final = f"[{''.join(info.letter for info in STEM_INFO.values())}]"
_MIX: Final = f"{_LETTER}{{1,{len(STEM_INFO)}}}"

_TEMPO: Final = "60|70|80|90|100"  # those of `bot.cards.practice`

_SHAPES: Final = {
    verb: re.compile(shape)
    for verb, shape in {
        Verb.CANCEL: _ID,
        Verb.CANCEL_ALL: "",
        Verb.RESEND: rf"{_ID}:[a-z0-9+.-]{{1,40}}",
        Verb.SHOW: _ID,
        Verb.STOP: _ID,
        Verb.STEMS: f":({_MODEL})",
        Verb.FORMAT: f":({_FORMAT})",
        Verb.PACKAGE: f":({'|'.join(Package)})",
        Verb.EVERY: ":(on|off)",
        Verb.LANGUAGE: f":({'|'.join(LANGUAGES)}|each)",
        Verb.MIX: rf"{_ID}:({_MODEL})?{_MIX}{treatments.SHAPE}",
        Verb.PICK: rf"{_ID}(:(?=.)({_MODEL})?({_MIX})?(\.{_LETTER})?)?",
        Verb.MAKE: rf"{_ID}:({_MODEL})?{_MIX}",
        Verb.PRACTISE: rf"{_ID}(:({_MIX})?{treatments.SHAPE}\.([+-]{_LETTER}|t({_TEMPO})|k([+-]1|0)|[ci][0-2]|make))?",
        Verb.PAGE: rf"{_ID}:[12]",
        Verb.WANT: rf"{_ID}:({_FORMAT}|{_MODEL}|zip|player|stems|again|chords|notes|daw)",
        Verb.FORGET: rf"{_ID}(:yes)?",
        Verb.MIXER: _ID,
        Verb.LIST: rf"[A-Za-z0-9_-]{{12,{LONGEST_PLAYLIST_ID}}}",
        Verb.RUN: rf"{_ID}:(start|stop)",
        Verb.LATER: _ID,
        Verb.FOUND: rf"{_ID}:({_VIDEO}|again|stop)",
        Verb.ADMIT: r"-?\d{1,20}:(yes|no)",
    }.items()
}

#: Verbs of pages that belong to one person.
_OWNED: Final = (Verb.PICK, Verb.MAKE, Verb.PRACTISE, Verb.PAGE)
_MARK: Final = re.compile("[0-9a-f]{8}")


def parse_action(text: str) -> Action | None:
    """The action of a button's data; None for data that the bot never wrote. Never raises."""
    verb, _, rest = text.partition(":")
    rest, owned, whose = rest.partition("*")
    if verb not in Verb.__members__.values() or not _SHAPES[Verb(verb)].fullmatch(rest):
        return None
    if owned and not (verb in _OWNED and _MARK.fullmatch(whose)):
        return None
    target, _, choice = rest.partition(":")
    return Action(verb=Verb(verb), target=target, choice=choice, whose=whose)


def mark_of(person: str) -> str:
    """A person's mark in a button's data. `person`: the name in the queue."""
    return hashlib.sha256(person.encode()).hexdigest()[:8]
