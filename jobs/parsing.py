"""Parses stored JSON, which another version may have written or which may be damaged."""

import logging
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from jobs.models import Source

log = logging.getLogger(__name__)

NoteT = TypeVar("NoteT", bound=BaseModel)

SHOWN = 200  # characters of an unreadable text in the log

_source: TypeAdapter[Source] = TypeAdapter(Source)


def parse_stored(model: type[NoteT], written: bytes | str | None) -> NoteT | None:
    """A value from its JSON; None when there is none or it is invalid. Never raises."""
    if not written:
        return None
    try:
        return model.model_validate_json(written)
    except ValidationError as error:
        why = error.errors(include_url=False, include_input=False)[0]["msg"]
        log.debug("invalid %s: %s: %r", model.__name__, why, written[:SHOWN])
        return None


def parse_source(written: bytes | str | None) -> Source | None:
    """A track's source from its JSON; None as in `parse_stored`."""
    try:
        return _source.validate_json(written or b"")
    except ValidationError:
        return None
