"""Cache of files derived from a checkpoint."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from worker.separation.cache import checksums
from worker.separation.cache.draft import draft_of
from worker.separation.cache.lock import only_one

log = logging.getLogger(__name__)


def weights_id(checkpoint: Path) -> str:
    """An id of the weights of a checkpoint: a hash of its index, which holds the checksum of every tensor."""
    return checksums.sha256_of(checkpoint / "model.index")[:8]


def keep(folder: Path, names: tuple[str, ...], write: Callable[[Path], None]) -> None:
    """Lets `write` put the files `names` into a temporary folder, and renames it to `folder`, whole or not at all.

    In a read-only place or on a full disk nothing is kept, and the files are derived again next time.
    """
    prefix = f".{folder.name.partition('-')[0]}-"
    try:
        with only_one(folder.parent / ".converting.lock"):
            if checksums.is_intact(folder):  # written by another process meanwhile
                return
            for leftover in folder.parent.glob(f"{prefix}*"):
                shutil.rmtree(leftover)
            with draft_of(folder, prefix) as draft:
                write(draft)
                checksums.write_checksums(draft, names)
    except OSError as error:
        log.warning("cannot cache files derived from the model in %s: %r", folder, error)
