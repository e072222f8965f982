"""Rows of buttons within a platform's limits."""

import pytest

from bot.cards.cards import Button
from bot.cards.rows import folded


def row(*labels: str) -> tuple[Button, ...]:
    return tuple(Button(label=label, action=label) for label in labels)


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ((), ()),
        ((row("a", "b"), row("c")), ("ab", "c")),
        ((row("a"), (), row("b")), ("a", "b")),
        ((row("a"), row("b"), row("c"), row("d")), ("abc", "d")),
        ((row("a", "b", "c", "d"),), ("abc", "d")),
        ((row(*"abcdefgh"), row("i", "j", "k")), ("abc", "def", "ghi")),
    ],
)
def test_rows_that_do_not_fit_are_filled(rows: tuple[tuple[Button, ...], ...], shown: tuple[str, ...]) -> None:
    found = folded(rows, most_rows=3, most_in_row=3, most_letters=80)
    assert tuple("".join(button.label for button in one) for one in found) == shown


def test_a_long_label_is_cut_and_its_action_kept() -> None:
    (((button),),) = folded((row("x" * 81),), most_rows=3, most_in_row=3, most_letters=80)
    assert button.label == "x" * 79 + "…"
    assert button.action == "x" * 81
