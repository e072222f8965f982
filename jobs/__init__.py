"""Shared by bot and worker: requests, progress, results, the queue, the store, the settings.

Imports neither `bot` nor `worker`, and no audio, chat or download library.
"""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

#: As in `pyproject.toml`; an image runs from the source, without installed metadata.
VERSION = "0.1.0"


def _load_late(name: str) -> None:
    """Lets `import name` load the module when something of it is used. (`LazyLoader` loads at the second import.)"""

    def load(attribute: str) -> object:
        if sys.modules.get(name) is late:
            del sys.modules[name]
        return getattr(import_module(name), attribute)

    if name not in sys.modules and (spec := find_spec(name)) is not None:
        late = ModuleType(name)
        late.__spec__ = spec
        late.__dict__["__getattr__"] = load
        sys.modules[name] = late


#: redis-py imports it, with all of cryptography, for the tokens of one cloud: a sixth of the start of every process.
_load_late("jwt")
#: Pydantic asks every installed package for plugins at its first model: 10 ms, to run code that no one reviewed.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
