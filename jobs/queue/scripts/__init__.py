"""Lua scripts for Redis, one file each: atomic steps of a request's life.

A file begins with a description and its result, then names its keys and arguments. Scripts read the time from their
arguments, so that a test can choose it. `jobs/queue/quotas.py` assembles those that count quotas. Those that change
what a card shows tell front ends: see `tell.lua` and `jobs/queue/changes.py`.
"""

from importlib.resources import files
from typing import Final

from jobs.queue import keys


def load(name: str) -> str:
    """The text of the script in the file `name`.lua."""
    return files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


#: Jobs in line whose requests are told when the line moves.
NEXT: Final = 10
#: Entries of a stream, about; older ones are removed.
LONGEST: Final = 10_000

_TOLD: Final = (
    f"local told = {{stream = '{keys.changes('', '')[:-1]}', request = '{keys.request('')}', "
    f"followers = '{keys.followers('')}', shards = {keys.SHARDS}, longest = {LONGEST}, next = {NEXT}}}\n"
)
TELL: Final = _TOLD + load("tell")

BEGIN: Final = TELL + load("begin")
BEREAVE: Final = load("bereave")
ERASE: Final = load("erase")
FOLLOW: Final = TELL + load("follow")
FORGET: Final = load("forget")
FORGET_TURNS: Final = load("forget_turns")
FREE: Final = TELL + load("free")
HAND_BACK: Final = TELL + load("hand_back")
LEAVE: Final = load("leave")
LET_GO: Final = load("let_go")
LOST: Final = load("lost")
MOVE: Final = TELL + load("move")
PAIR: Final = load("pair")
REMOVE_UNTOUCHED: Final = load("remove_untouched")
RENEW: Final = load("renew")
REPORT: Final = TELL + load("report")
REOPEN: Final = TELL + load("reopen")
RETELL: Final = TELL + load("retell")
REVISE: Final = load("revise")
SETTLE: Final = TELL + load("settle")
TURN: Final = load("turn")
