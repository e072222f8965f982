"""Rows of buttons within a platform's limits. Pure."""

from bot.cards.cards import Button

Rows = tuple[tuple[Button, ...], ...]


def folded(rows: Rows, *, most_rows: int, most_in_row: int, most_letters: int) -> Rows:
    """The rows as they are if they fit; else all buttons in filled rows, as many as fit. Longer labels are cut."""
    kept = [row for row in rows if row]
    if len(kept) > most_rows or any(len(row) > most_in_row for row in kept):
        buttons = [button for row in kept for button in row][: most_rows * most_in_row]
        kept = [tuple(buttons[start : start + most_in_row]) for start in range(0, len(buttons), most_in_row)]
    return tuple(tuple(_cut(button, most_letters) for button in row) for row in kept)


def _cut(button: Button, most: int) -> Button:
    label = button.label
    return button if len(label) <= most else button.model_copy(update={"label": f"{label[: most - 1]}…"})
