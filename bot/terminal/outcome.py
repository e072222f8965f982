"""How each song ended: the lines of `--json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from bot.terminal.output.hand_over import Delivered


@dataclass(frozen=True)
class Outcome:
    """One song. `reason`: a word for programs, empty unless it failed; `message`: the sentence for people.

    `residual_db`, `moved_db`: how its stems add up, as in `jobs.results.StemSum`; None where it is not known.
    """

    input: str
    status: Literal["done", "skipped", "failed", "cancelled"]
    artist: str = ""
    title: str = ""
    seconds: float | None = None
    files: Sequence[Delivered] = ()
    reason: str = ""
    message: str = ""
    residual_db: float | None = None
    moved_db: float | None = None


def json_line(outcome: Outcome, model: str, format_: str) -> str:
    """An outcome as one line of JSON in ASCII: file names may be no Unicode."""
    fields = asdict(outcome)
    fields["files"] = [{"stem": file.stem, "path": str(file.path)} for file in outcome.files]
    return json.dumps({**fields, "model": model, "format": format_})
