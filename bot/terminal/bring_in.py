"""Sources of requests: links as they are, files copied into the store's inbox."""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path

from jobs.failures import Reason, failed
from jobs.filenames import one_line
from jobs.models import Upload, YouTube
from jobs.process.tasks import run_to_end
from jobs.store.store import ResultStore, receiving


async def identify(source: YouTube | Path) -> YouTube | Upload:
    """A link as it is; a file as an upload, by its content and name.

    Raises `Failed` EMPTY, and `OSError` for a file that cannot be read.
    """
    return source if isinstance(source, YouTube) else await asyncio.to_thread(_upload, source)


async def bring_in(path: Path, upload: Upload, store: ResultStore) -> None:
    """Copy a file into the store's inbox, where the worker finds it; unless it is there already.

    Raises `Failed` NO_DISK, and `OSError` for a file that cannot be read.
    """
    try:
        if await store.has_upload(upload):
            await store.renew_upload(upload)
        else:
            async with receiving(store, upload) as part:
                await run_to_end(shutil.copyfile, path, part)
    except OSError as error:
        if error.filename == str(path):
            raise
        raise failed(Reason.NO_DISK, f"{path}: {error.strerror}") from None


def _upload(path: Path) -> Upload:
    """A file as an upload. Its id depends on content and name only, so that its stems are found again.

    The name counts, since it is the title of a song without tags: under another name it is another song.
    """
    size = path.stat().st_size
    if size == 0:
        raise failed(Reason.EMPTY, f"{path} is empty")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    name = os.fsencode(path.name).decode(errors="replace")  # file systems take any bytes, the queue only text
    digest.update(b"\0" + one_line(Path(name).stem).encode())  # composed: file systems differ in that
    return Upload(upload_id=digest.hexdigest()[:40], name=name, bytes_=size)
