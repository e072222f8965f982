"""A folder that becomes another one when it is whole."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def draft_of(folder: Path, prefix: str) -> Iterator[Path]:
    """A new folder that takes the place of `folder` at the end, or is removed where that raises.

    It is made beside `folder`: Landlock's first version refuses to move anything between folders.
    """
    draft = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.parent))
    try:
        yield draft
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
