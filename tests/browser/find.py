"""Finds a Chromium: FLBT_BROWSER, the system's, or Playwright's."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """The path of a browser; None if there is none."""
    named = os.environ.get("FLBT_BROWSER")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


if __name__ == "__main__":
    print(find_browser() or "")  # noqa: T201 - for .ci/browser
