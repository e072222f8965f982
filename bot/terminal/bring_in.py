"""Typed arguments to sources: a link by its id, or a file by its content and name."""

import asyncio
import errno
import hashlib
import os
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.links.links import Found, find_sources, parse_source
from jobs.failures import Reason, failed
from jobs.filenames import one_line
from jobs.models import Source, Upload
from jobs.process.tasks import run_to_end
from jobs.store.store import ResultStore, receiving


async def bring_in(typed: str, store: ResultStore) -> Source:
    """The source that `typed` means; a file is copied into the store's inbox, where the worker finds it.

    Raises `Failed`: BAD_LINK, NOT_YOUTUBE, CHANNEL, PLAYLIST, EMPTY, NO_DISK; and `OSError` for a folder, and for a
    file that is missing or unreadable. An argument without a link is a file name.
    """
    # The form of a file dragged into some terminals, or copied from a file manager.
    is_address = typed.startswith("file:///")
    path = Path(unquote(urlsplit(typed).path)) if is_address else Path(typed)
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except OSError:  # a path over the system's length limit
        exists = is_folder = False
    if is_folder:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), typed)
    if exists:
        return await _copy(path, store)
    if is_address or find_sources(typed) == Found():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), typed)
    parsed = parse_source(typed)
    if isinstance(parsed, Reason):
        raise failed(parsed, typed)
    return parsed


async def _copy(path: Path, store: ResultStore) -> Upload:
    """Copy a file into the inbox, unless it is there."""
    try:
        upload = await asyncio.to_thread(_upload, path)
        if await store.has_upload(upload):
            await store.renew_upload(upload)
        else:
            async with receiving(store, upload) as part:
                await run_to_end(shutil.copyfile, path, part)
    except OSError as error:
        if error.filename == str(path):
            raise
        raise failed(Reason.NO_DISK, f"{path}: {error.strerror}") from None
    return upload


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
