"""The commands with their handlers, the menus that show them, and the forms that ask for their options."""

from collections.abc import Awaitable, Callable
from enum import Enum, auto, unique
from typing import Final, NamedTuple

from bot.conversation.commands import general, owner, preferences, status
from bot.conversation.services import Services
from bot.conversation.songs import asking, clicks, loops, mixes, paper
from bot.conversation.values import Answers, Incoming

Handler = Callable[[Services, Incoming], Awaitable[Answers]]

COMMANDS: Final[dict[str, Handler]] = {
    "start": general.start,
    "help": general.help_,
    "stems": asking.stems,
    "find": asking.find,
    "mix": mixes.mix,
    "click": clicks.click,
    "loop": loops.loop,
    "drill": loops.drill,
    "chords": paper.chords,
    "notes": paper.notes,
    "daw": paper.daw,
    "deck": paper.deck,
    "status": status.status,
    "cancel": general.cancel,
    "settings": preferences.settings,
    "stats": owner.stats,
    "allow": owner.allow,
    "deny": owner.deny,
    "who": owner.who,
}

#: Commands about a song: their outcome may be a message in the chat, beside the answer to the one who gave them.
_SONGS: Final = ("find", "mix", "click", "loop", "drill", "chords", "notes", "daw", "deck")
_CHATS: Final = ("status", "cancel", "settings")

EVERYBODYS: Final = ("start", "help", *_SONGS, *_CHATS)
GROUPS: Final = ("stems", *_SONGS, *_CHATS, "help")
OWNERS: Final = (*EVERYBODYS, "stats", "allow", "deny", "who")
POSTING: Final = ("stems", *_SONGS)


@unique
class Takes(Enum):
    """The kind of an option's value."""

    WORDS = auto()
    FILE = auto()
    PERSON = auto()
    YES = auto()


class Option(NamedTuple):
    """An option of a command, on platforms that show a form."""

    name: str
    takes: Takes
    is_required: bool = False


OPTIONS: Final[dict[str, tuple[Option, ...]]] = {
    "start": (Option("code", Takes.WORDS),),
    "stems": (Option("link", Takes.WORDS), Option("file", Takes.FILE)),
    "find": (Option("words", Takes.WORDS, is_required=True),),
    "mix": (Option("what", Takes.WORDS, is_required=True),),
    "click": (Option("what", Takes.WORDS),),
    "loop": (Option("passage", Takes.WORDS, is_required=True),),
    "drill": (Option("passage", Takes.WORDS, is_required=True),),
    "chords": (Option("key", Takes.WORDS),),
    "notes": (Option("key", Takes.WORDS),),
    "deck": (Option("key", Takes.WORDS),),
    "status": (Option("all", Takes.YES),),
    "allow": (Option("person", Takes.PERSON), Option("number", Takes.WORDS)),
    "deny": (Option("person", Takes.PERSON), Option("number", Takes.WORDS)),
}
