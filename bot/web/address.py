"""Where to answer, and what browsers are called in the queue."""

import hashlib
from typing import Final, Self

from jobs.models import Value

PLATFORM: Final = "web"


class Address(Value):
    """A message of a browser's chat."""

    chat: str
    message: str

    def __str__(self) -> str:
        return self.model_dump_json()

    @classmethod
    def of(cls, address: str) -> Self:
        return cls.model_validate_json(address)


#: Clients without a cookie are this person.
NOBODY: Final = f"{PLATFORM}:0"


def person_of(browser: str) -> str:
    """A browser's name in the queue: a number, as on other platforms. The secret `browser` cannot be told from it."""
    return f"{PLATFORM}:{int.from_bytes(hashlib.sha256(browser.encode()).digest()[:7])}"
