"""Downloads a published file."""

import hashlib
from pathlib import Path
from typing import Final

from worker.child.messages import Step
from worker.separation.cache.checksums import CHUNK
from worker.separation.engine import Report

TIMEOUT: Final = 30.0  # seconds without a byte
CONNECT: Final = 5.0  # seconds: short, since there may be a second source
LARGEST: Final = 1 << 29  # bytes: all published files are far smaller


def download(url: str, path: Path, report: Report) -> str:
    """Downloads `url` to `path`, follows redirects, and returns the file's SHA-256 in hex.

    A file beyond LARGEST is cut there, so it has another hash. Raises `httpx.HTTPError` when it is unavailable.
    """
    import httpx  # needed once per installation

    digest = hashlib.sha256()
    got = 0
    with (
        httpx.stream("GET", url, follow_redirects=True, timeout=httpx.Timeout(TIMEOUT, connect=CONNECT)) as answer,
        path.open("wb") as file,
    ):
        answer.raise_for_status()
        total = int(answer.headers.get("content-length", 0))
        for chunk in answer.iter_bytes(CHUNK):
            file.write(chunk)
            digest.update(chunk)
            got += len(chunk)
            if got > LARGEST:
                break
            fraction = min(got / total, 1.0) if total else None
            report(Step(note="model", fraction=fraction, bytes_=max(total, 0), alive=got))
    return digest.hexdigest()
