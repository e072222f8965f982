"""Of what this worker is made, for whoever looks after it."""

import platform
from importlib.metadata import PackageNotFoundError, version

from jobs import VERSION
from jobs.settings import Settings


def versions(settings: Settings) -> dict[str, str]:
    """Name → version: ours, Python's, the engine's, and those of the libraries that YouTube makes one upgrade."""
    found = {"FL-BT": VERSION, "Python": platform.python_version()}
    for package in (settings.engine, "pytubefix", "yt-dlp"):
        try:
            found[package] = version("fl-bt-unet" if package == "unet" else package)
        except PackageNotFoundError:  # an engine that is set, but not installed: each song says so
            found[package] = "?"
    return found
