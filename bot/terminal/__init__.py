"""The terminal as a front end: requests as in a chat, followed and handed over by the process that asked."""

from bot.terminal.separate import separate

__all__ = ["separate"]
