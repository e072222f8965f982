"""Where to answer, where attachments are, and what chats and persons are called in the queue."""

from typing import Final, Self

from jobs.models import Value

PLATFORM: Final = "discord"


class Address(Value):
    """Where a request came from: a channel or thread.

    `message_id`: answers are replies to it; 0 after a command, which is no message. `guild_id`: 0 in a direct message.
    `asked`: the id of the message or interaction. `file_bytes`: the largest file that the server's tier takes; 0: the
    default.
    """

    channel_id: int
    message_id: int = 0
    guild_id: int = 0
    asked: int = 0
    file_bytes: int = 0

    def __str__(self) -> str:
        return self.model_dump_json(exclude_defaults=True)

    @classmethod
    def of(cls, address: str) -> Self:
        return cls.model_validate_json(address)


class Handle(Value):
    """Where an attachment is. `message_id` 0: it came with a command, and its address cannot be renewed.

    Addresses are signed, and expire after a day.
    """

    url: str
    attachment_id: int
    channel_id: int
    message_id: int


def name(discord_id: int) -> str:
    """A person's or server's name in the queue. A direct message's chat is called as the person."""
    return f"{PLATFORM}:{discord_id}"
