"""`python -m bench.analysis`: measures the analysis on composed songs, and prints a table.

The songs are those of `tests/worker/analysis/songs.py`. The analysis was tuned on one half of them and on others of the
same styles; the other half is only measured.
"""

import time
from collections.abc import Sequence

from jobs.music.stems import Stem
from tests.worker.analysis.composing import Piece, bled, compose
from tests.worker.analysis.scoring import Score, score
from tests.worker.analysis.songs import MEASURED, TUNING, as_four, as_two
from worker.analysis.analyse import analyse
from worker.analysis.listening import listen, together


def main() -> None:
    for half, pieces in (("measured", MEASURED), ("tuned on", TUNING)):
        for stems, chosen in (("4 stems", as_four), ("2 stems", as_two)):
            rows, spent, seconds = [], 0.0, 0.0
            for piece in pieces:
                sound, truth = compose(piece)
                parts = chosen(bled(sound))
                begun = time.process_time()
                heard = listen([*parts], together(parts))
                rows.append((piece, score(analyse(heard), truth, has_bass=Stem.BASS in parts)))
                spent, seconds = spent + time.process_time() - begun, seconds + heard.seconds
            print(_table(f"{half}, {stems}", rows))
            print(f"\n{240 * spent / seconds:.1f} s CPU for 4 minutes, without decoding\n", flush=True)


def _table(title: str, rows: Sequence[tuple[Piece, Score]]) -> str:
    names = Score._fields
    lines = [f"| {title} | {' | '.join(name.replace('_', ' ') for name in names)} |", "| --- " * (len(names) + 1) + "|"]
    lines += [f"| {piece.name} | {' | '.join(_figure(value) for value in figures)} |" for piece, figures in rows]
    known = [[value for value in column if value is not None] for column in zip(*(row for _, row in rows), strict=True)]
    means = [_figure(sum(column) / len(column) if column else None) for column in known]
    return "\n".join([*lines, f"| **mean** | {' | '.join(means)} |"])


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    main()
