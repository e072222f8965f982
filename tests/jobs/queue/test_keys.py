"""Every key is named once, and the table lists all of them."""

import inspect
import re

from jobs.queue import keys


def named_by_functions() -> list[str]:
    """The key of each function, with its parts in capitals. `job` names no key, but a job."""
    return [
        function(*(parameter.upper() for parameter in inspect.signature(function).parameters))
        for name, function in inspect.getmembers(keys, inspect.isfunction)
        if name != "job"
    ]


def shape(key: str) -> str:
    """A key without the names of its parts."""
    return re.sub(r"(:[A-Z_]+)+", ":*", key)


def test_the_table_has_every_key_and_no_other() -> None:
    assert keys.__doc__ is not None
    table = [shape(key) for key in re.findall(r"^\| (flbt:\S+) ", keys.__doc__, re.M)]
    constants = [value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)]
    assert keys.queue("studio") in constants
    constants.remove(keys.queue("studio"))
    assert sorted([*map(shape, named_by_functions()), *constants]) == sorted(table)
    assert len({*table}) == len(table), "no two kinds of things share a key"


def test_two_attempts_at_a_track_are_two_jobs() -> None:
    assert len({keys.job("abc", 0), keys.job("abc", 1), keys.job("abd", 1)}) == 3
