"""The language both sides speak: requests, progress, results, the queue, the store, the settings.

Imports neither `bot` nor `worker`, and no audio, chat or download library.
"""

#: The same as in `pyproject.toml`; an image runs from the source, where no installed metadata says it.
VERSION = "0.1.0"
