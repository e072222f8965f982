"""What is made of a checkpoint once, and kept beside it for every later song."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from worker.separation.cache import checksums
from worker.separation.cache.lock import only_one

log = logging.getLogger(__name__)


def weights_id(checkpoint: Path) -> str:
    """Tells the weights of a checkpoint from all others: the index holds the checksum of every tensor."""
    return checksums.sha256_of(checkpoint / "model.index")[:8]


def keep(folder: Path, names: tuple[str, ...], write: Callable[[Path], None]) -> None:
    """Have `write` put the files `names` into a folder, and keep that as `folder`, whole or not at all.

    What cannot be kept, in a read-only place or on a full disk, is made again next time.
    """
    prefix = f".{folder.name.partition('-')[0]}-"
    try:
        with only_one(folder.parent / ".converting.lock"):
            if checksums.is_intact(folder):  # by someone we waited for
                return
            for leftover in folder.parent.glob(f"{prefix}*"):
                shutil.rmtree(leftover)
            with tempfile.TemporaryDirectory(prefix=prefix, dir=folder.parent) as draft:
                ready = Path(draft, "ready")
                ready.mkdir()
                write(ready)
                checksums.write_checksums(ready, names)
                shutil.rmtree(folder, ignore_errors=True)
                ready.rename(folder)
    except OSError as error:
        log.warning("what was made of the model could not be kept in %s: %r", folder, error)
