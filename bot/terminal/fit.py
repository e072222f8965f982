"""Lines that fit a terminal's width. Widths are cells: some characters take two."""

from rich.cells import cell_len, set_cell_size

#: Cells of a title that are worth showing beside the stage.
_LEAST_TITLE = 12


def fit_line(before: str, title: str, after: str, width: int) -> str:
    """`before`, `title`, `after` in at most `width` cells: the title is cut first, then `after` is left out."""
    room = width - cell_len(before) - cell_len(after)
    if cell_len(title) <= room:
        return f"{before}{title}{after}"
    if room >= _LEAST_TITLE:
        return f"{before}{cut(title, room)}{after}"
    return cut(f"{before}{title}", width)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where it was cut."""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width > 0 else ""
