"""The terminal as a front end: the command submits requests as a chat does, follows them and copies the results."""

from bot.terminal.run import LANGUAGE
from bot.terminal.separate import separate

__all__ = ["LANGUAGE", "separate"]
