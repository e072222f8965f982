"""The Lua scripts: each file is used, and names its keys and arguments."""

import re
from importlib.resources import files

import pytest

from jobs.queue import quotas, scripts

FILES = {file.name: file.read_text(encoding="utf-8") for file in files(scripts).iterdir() if file.name.endswith(".lua")}
USED = [value for module in (scripts, quotas) for value in vars(module).values() if isinstance(value, str)]


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_loaded(name: str) -> None:
    assert any(FILES[name] in script for script in USED)


@pytest.mark.parametrize("name", FILES)
def test_keys_and_arguments_are_named_in_order_before_they_are_used(name: str) -> None:
    lines = [line for line in FILES[name].splitlines() if not line.startswith("--")]
    named = [re.fullmatch(r"local [a-z_]+ = (KEYS|ARGV)\[(\d+)\]", line) for line in lines]
    places = [(found[1], int(found[2])) for found in named if found]
    for kind in ("KEYS", "ARGV"):
        numbers = [number for of, number in places if of == kind]
        assert numbers == [*range(1, len(numbers) + 1)]
    body = "\n".join(line for line, found in zip(lines, named, strict=True) if not found)
    assert not re.search(r"(KEYS|ARGV)\[\d", body)
