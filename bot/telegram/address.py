"""Addresses of messages, and the names of chats and persons in the queue."""

from typing import Final

from jobs.models import Value

PLATFORM: Final = "telegram"


class Address(Value):
    """The message that asked for a request; answers are replies to it. `thread_id` is the topic in a forum.

    `message_id` 0: the message no longer exists, e.g. because the group became a supergroup.
    """

    chat_id: int
    message_id: int
    thread_id: int | None = None

    @property
    def is_group(self) -> bool:
        return self.chat_id < 0

    def __str__(self) -> str:
        return self.model_dump_json(exclude_none=True)


def name(telegram_id: int) -> str:
    """A chat's or person's name in the queue; in a private chat both are the same."""
    return f"{PLATFORM}:{telegram_id}"


def number(named: str) -> int:
    """The Telegram id in such a name."""
    return int(named.removeprefix(f"{PLATFORM}:"))
