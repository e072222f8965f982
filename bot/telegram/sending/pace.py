"""Telegram's limits, as values that are passed in."""

from dataclasses import dataclass


@dataclass
class Pace:
    """How often the bot may send and edit: about one message a second to a chat, twenty a minute to a group, thirty a
    second overall. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
    """

    card: float = 3.0  # seconds between two edits of a card
    card_in_groups: float = 5.0
    chat_burst: int = 3  # messages
    group_per_minute: int = 18
    per_second: int = 28
    second: float = 1.05  # seconds, with a margin for the network
    minute: float = 61.0  # seconds, likewise
    longest_hold: float = 4.0  # seconds that a call for which no person waits stands in line; more than a whole burst


TELEGRAM = Pace()
