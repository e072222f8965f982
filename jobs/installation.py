"""What a worker says of its installation, for `fl-bt doctor`."""

from jobs.values import Size, Value


class Installation(Value):
    """One answer of `python -m worker inspect`.

    `children`: what confines the processes that read strangers' files, in words; `confined`: all of it is there.
    `engine`: which one separates, in words; `runs`: it is installed. `weights`: bytes by model, None where the model is
    not there.
    """

    children: str
    confined: bool
    engine: str
    runs: bool
    weights: dict[str, Size | None]
