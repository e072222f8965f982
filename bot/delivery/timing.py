"""The pauses of a front end's loops, as values that are passed in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds, and numbers of tries."""

    look: float = 0.5  # between two looks at the requests whose next step waits for a time
    sweep: float = 1.0  # between two pages of the sweep over all open requests
    look_at_playlists: float = 1.0
    rest: float = 2.0  # the same, while nothing is open; a request that is accepted here ends it
    look_for_news: float = 30.0  # for the owner
    soon: float = 2.0  # before a failed card is tried again
    grace: float = 5.0  # for uploads and cards under way when the process stops
    late_line: float = 60.0  # that the bot waits for the analysis of a delivered song, to add it to the card
    card_first: float = 2.0  # that an instant result waits for its card
    batch: float = 1.2  # without another file of a batch before its message
    batch_again: float = 5.0  # until a batch's failed message is tried again
    double_tap: float = 3.0  # within which a second tap on a button is the same one
    updates: float = 5.0  # that handlers may take before the next updates are fetched
    fetch_tries: int = 7  # about a minute
    delivery_tries: int = 60  # about an hour


USUAL = Timing()
