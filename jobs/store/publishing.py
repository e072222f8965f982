"""Steps of a store in a bucket: publishing under a lease, and facts about its objects."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from jobs.results import StoredFile
from jobs.store.objects import ChangedMeanwhile, Object, Objects
from jobs.store.store import Ours, Superseded

MANIFEST: Final = "manifest.json"
USED: Final = "used"

ModelT = TypeVar("ModelT", bound=BaseModel)


async def publish(objects: Objects, name: str, value: BaseModel, ours: Ours) -> bytes:
    """Writes a value over the version that was there when the caller still had the track; returns that version.

    Raises `Superseded`. So a worker that lost its track, and whose writing is late, never replaces what the next worker
    published. Returns b"" when there was none.
    """
    content = value.model_dump_json().encode()
    while True:
        before = await objects.read_version(name)
        if not await ours():
            raise Superseded(name)
        try:
            await objects.put_over(name, content, before)
        except ChangedMeanwhile:
            now = await objects.read_version(name)
            if now is None or now.content != content:  # else it was written, and the answer got lost
                continue
        return before.content if before is not None else b""


def parse(model: type[ModelT], content: bytes) -> ModelT | None:
    """A value from its object; None when it is damaged."""
    try:
        return model.model_validate_json(content)
    except ValidationError:
        return None


def files_of(folder: Path, at: str) -> list[tuple[str, Path]]:
    """The files of a folder, with the names of their objects."""
    return [(f"{at}/{path.name}", path) for path in folder.iterdir() if path.is_file()]


def are_there(files: Iterable[StoredFile], below: str, there: dict[str, Object]) -> bool:
    return all(f"{below}{file.name}" in there for file in files)


def clock(objects: Sequence[Object]) -> list[float]:
    """The times that count for a track's or an upload's age: of its small objects, else of all."""
    small = [one.written_at for one in objects if one.name.endswith((f"/{MANIFEST}", f"/{USED}", "/file"))]
    return small or [one.written_at for one in objects]


async def wait_for_all(works: Iterable[object]) -> None:
    """Awaits all, also when one fails; then raises the first exception."""
    done = await asyncio.gather(*works, return_exceptions=True)  # type: ignore[call-overload]
    for one in done:
        if isinstance(one, BaseException):
            raise one
