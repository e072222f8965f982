"""Cookies of a signed-in YouTube user, as browser extensions export them: a cookies.txt."""

from io import StringIO
from pathlib import Path

from jobs.failures import Reason, failed


def read_cookies(path: Path) -> StringIO:
    """The cookies of a cookies.txt. Raises `Failed` when it cannot be read or holds none.

    Returns text, so that the library cannot write into the file. Leaves out lines that are no cookies: the library
    would print them whole.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise failed(Reason.YOUTUBE_REFUSED, f"FLBT_YOUTUBE_COOKIES cannot be read: {type(error).__name__}") from None
    cookies = [line for line in lines if _is_cookie(line)]
    if not cookies:
        raise failed(Reason.YOUTUBE_REFUSED, "FLBT_YOUTUBE_COOKIES holds no cookies in Netscape's format")
    return StringIO("\n".join(["# Netscape HTTP Cookie File", *cookies, ""]))


def _is_cookie(line: str) -> bool:
    fields = line.split("\t")
    comment = line.startswith("#") and not line.startswith("#HttpOnly_")
    return len(fields) == 7 and not comment and fields[4].replace(".", "", 1).isdecimal()
