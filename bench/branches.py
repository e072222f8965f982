"""`python -m bench.branches`: the share of branches that the last run of `make coverage` took, by package.

Ends with an error when a package is below the minimum in CONTRIBUTING.md. Code of `worker` in forks made by tests, and
the second engine with cached answers, is not counted. `--missing` lists the branches not taken.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
from coverage import Coverage

ROOMS: Final = {"bot": 90.0, "jobs": 90.0, "worker": 85.0}  # minimum percentage of branches taken


@click.command(help=__doc__)
@click.option("--missing", is_flag=True, help="Also list what was not taken, by file and line.")
def main(missing: bool) -> None:
    taken = dict.fromkeys(ROOMS, 0)
    there = dict.fromkeys(ROOMS, 0)
    for path, file in sorted(_files().items()):
        room = Path(path).parts[0]
        taken[room] += len(file["executed_branches"])
        there[room] += len(file["executed_branches"]) + len(file["missing_branches"])
        if missing and file["missing_branches"]:
            print(path, *(f"{start}→{end}" for start, end in file["missing_branches"]))
    for room in ROOMS:
        print(f"{room:7} {taken[room]} of {there[room]} branches, {percent(taken[room], there[room]):.1f} %")
    low = [room for room, least in ROOMS.items() if percent(taken[room], there[room]) < least]
    if low:
        sys.exit(f"too few in {' and '.join(low)}")


def percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def _files() -> dict[str, dict[str, list[tuple[int, int]]]]:
    """Coverage's own JSON report: by file, the branches that were taken and missed, as lines from and to."""
    coverage = Coverage()
    coverage.load()
    with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
        report = Path(folder) / "report.json"
        coverage.json_report(outfile=str(report))
        files: dict[str, dict[str, list[tuple[int, int]]]] = json.loads(report.read_text())["files"]
    return files


if __name__ == "__main__":
    main()
