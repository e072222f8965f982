"""Lua scripts for Redis, one file each: atomic steps of a request's life.

A file begins with a description and its result, then names its keys and arguments. Scripts read the time from their
arguments, so that a test can choose it. `jobs/queue/quotas.py` assembles those that count quotas.
"""

from importlib.resources import files
from typing import Final


def load(name: str) -> str:
    """The text of the script in the file `name`.lua."""
    return files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


BEGIN: Final = load("begin")
BEREAVE: Final = load("bereave")
ERASE: Final = load("erase")
FOLLOW: Final = load("follow")
FORGET: Final = load("forget")
FORGET_TURNS: Final = load("forget_turns")
FREE: Final = load("free")
HAND_BACK: Final = load("hand_back")
LEAVE: Final = load("leave")
LET_GO: Final = load("let_go")
LOST: Final = load("lost")
MOVE: Final = load("move")
PAIR: Final = load("pair")
REMOVE_UNTOUCHED: Final = load("remove_untouched")
RENEW: Final = load("renew")
REOPEN: Final = load("reopen")
REVISE: Final = load("revise")
SETTLE: Final = load("settle")
TURN: Final = load("turn")
