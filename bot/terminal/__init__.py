"""The terminal as a front end: the same request, progress and delivery as in a chat."""

from bot.terminal.separate import separate

__all__ = ["separate"]
