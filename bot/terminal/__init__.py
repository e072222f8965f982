"""The terminal as a front end: the command submits requests as a chat does, follows them and copies the results."""

from bot.terminal.separate import LANGUAGE, separate

__all__ = ["LANGUAGE", "separate"]
