"""A draft folder that replaces another one when it is complete."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_of(folder: Path, prefix: str) -> Iterator[Path]:
    """A new folder that replaces `folder` when the context ends, and is removed after an exception.

    It is made beside `folder`: Landlock's first version refuses moves between folders.
    """
    draft = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        yield draft
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
