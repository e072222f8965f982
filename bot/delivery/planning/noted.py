"""Notes of deliveries, stored as JSON in the queue: the state of each part, and a memo of the whole."""

from enum import StrEnum, unique

from pydantic import Field

from bot.cards.cards import Picture
from bot.delivery.planning.plan import Limits, Note, Plan
from bot.delivery.platform import Sent
from jobs.models import Value
from jobs.results import Manifest


@unique
class PartState(StrEnum):
    DUE = "due"  # to be sent, or sent again
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"


class PartNote(Value):
    """The note of one part."""

    state: PartState
    sent: Sent | None = None


class Memo(Value):
    """The note of the whole delivery: limits learnt from the platform's refusals, and the plan's notes.

    `returns`: how many times the request went back to the worker. `manifest` is that of a track which the store no
    longer has. `picture` is what the card shows.
    """

    limits: Limits | None = None
    notes: tuple[Note, ...] = ()
    returns: int = 0
    manifest: Manifest | None = None
    picture: Picture | None = None


class Noted(Value):
    """All notes of a delivery."""

    memo: Memo = Memo()
    parts: dict[str, PartNote] = Field(default_factory=dict)

    def state(self, part: str) -> PartState:
        return self.parts[part].state if part in self.parts else PartState.DUE

    @property
    def is_untouched(self) -> bool:
        """Whether no part was sent, and the request never went back to the worker."""
        return self.memo.returns == 0 and all(note.state is PartState.DUE for note in self.parts.values())

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Parts that a button offers to send again."""
        return tuple(part for part, note in self.parts.items() if note.state is PartState.UNCERTAIN)


class Before(Value):
    """An earlier delivery of a track for an order. The store may no longer have the track."""

    manifest: Manifest
    plan: Plan
