"""Which delivery of a chat goes first when some were told to wait."""

from bot.delivery.delayed import Delayed
from tests.bot.delivery.following import OTHER, ask


def test_the_oldest_delayed_delivery_of_a_chat_goes_first() -> None:
    delayed, first, second, other = Delayed(), ask(), ask(source=OTHER), ask("bo")
    delayed.add(first)
    assert delayed.is_turn(first)
    assert not delayed.is_turn(second)
    assert delayed.is_turn(other), "another chat"
    delayed.add(second)
    delayed.add(first)
    assert not delayed.is_turn(second)
    delayed.drop(first.id)
    assert delayed.is_turn(second)
    assert delayed.is_turn(first), "older ones go before"
    delayed.drop(second.id)
    delayed.drop(second.id)
    assert delayed.is_turn(second)
