"""Another user of the same machine, and a place that both can reach."""

import grp
import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

OTHERS = 0o077
IS_ROOT = os.getuid() == 0
NOBODY = 65534  # the id of the user `nobody`


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that every user may look into. Those of pytest are closed to others themselves."""
    with TemporaryDirectory(prefix="fl-bt-public-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def has_own_group() -> bool:
    """Whether the system gives each user a group, and this test's user has the one of its name."""
    try:
        return grp.getgrgid(os.getgid()).gr_name == pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a number without a name, as in containers
        return False


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """What a process that is started meanwhile begins with."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def open_to_others(folder: Path) -> list[str]:
    """All paths in `folder`, itself included, whose mode gives access to other users."""
    found = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in found if not path.is_symlink() and path.stat().st_mode & OTHERS]


def read_by_a_stranger(folder: Path) -> list[str]:
    """The files in `folder` that another user has read, for real; that takes root. Others look at modes instead."""
    if IS_ROOT:
        script = 'find "$1" -type f | while IFS= read -r file; do cat "$file" > /dev/null && echo "$file"; done'
        done = subprocess.run(
            ["sh", "-c", script, "sh", folder], user=NOBODY, group=NOBODY, extra_groups=[], cwd="/",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.splitlines()
    found = []
    for way, _, files in os.walk(folder):
        within = [Path(way), *Path(way).parents]
        if all(step.stat().st_mode & 0o001 for step in within if step.is_relative_to(folder)):
            found += [str(Path(way, name)) for name in files if Path(way, name).stat().st_mode & 0o004]
    return found
