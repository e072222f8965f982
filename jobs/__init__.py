"""Shared by bot and worker: requests, progress, results, the queue, the store, the settings.

Imports neither `bot` nor `worker`, and no audio, chat or download library.
"""

#: As in `pyproject.toml`; an image runs from the source, without installed metadata.
VERSION = "0.1.0"
