"""Versions of this worker's parts, for its operator."""

import platform
from importlib.metadata import PackageNotFoundError, version

from jobs import VERSION
from jobs.settings import Settings


def versions(settings: Settings) -> dict[str, str]:
    """Name → version: of FL-BT, Python, the engine, and the libraries for YouTube, which need frequent upgrades."""
    found = {"FL-BT": VERSION, "Python": platform.python_version()}
    for package in (settings.engine, "pytubefix", "yt-dlp"):
        try:
            found[package] = version("fl-bt-unet" if package == "unet" else package)
        except PackageNotFoundError:  # an engine that is configured but not installed: each song fails with a sentence
            found[package] = "?"
    return found
