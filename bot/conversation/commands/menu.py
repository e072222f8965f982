"""The commands with their handlers, and the menus that show them."""

from collections.abc import Awaitable, Callable
from typing import Final

from bot.conversation.commands import general, owner, preferences, status
from bot.conversation.services import Services
from bot.conversation.songs import asking, mixes
from bot.conversation.values import Answers, Incoming

Handler = Callable[[Services, Incoming], Awaitable[Answers]]

COMMANDS: Final[dict[str, Handler]] = {
    "start": general.start,
    "help": general.help_,
    "stems": asking.stems,
    "mix": mixes.mix,
    "status": status.status,
    "cancel": general.cancel,
    "settings": preferences.settings,
    "stats": owner.stats,
    "allow": owner.allow,
    "deny": owner.deny,
    "who": owner.who,
}

EVERYBODYS: Final = ("start", "help", "mix", "status", "cancel", "settings")
GROUPS: Final = ("stems", "mix", "status", "cancel", "settings", "help")
OWNERS: Final = (*EVERYBODYS, "stats", "allow", "deny", "who")
