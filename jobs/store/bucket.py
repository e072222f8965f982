"""A store in a bucket, which machines share that have no disk in common.

```
inbox/UPLOAD                              an uploaded file
tracks/TRACK/manifest.json                the manifest, and the version of the track; written last
tracks/TRACK/used                         empty; its age is the time since the track was used
tracks/TRACK/VERSION/<stem>.flac, cover…
tracks/TRACK/VERSION/analysis.json
tracks/TRACK/VERSION/RENDITION/rendered.json, and files below a version of the rendition
```

Objects are never changed but the small ones: a track or rendition that is made again gets a new version, and the
manifest switches to it in one write. A machine that dies leaves objects that no manifest names; `age` removes them.

Readers bring files into a cache on their machine and hold hard links to them.
"""

import asyncio
import re
import secrets
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel

from jobs.models import Rendition, TrackId, Upload, Value
from jobs.music.analysis import Analysis
from jobs.process.privacy import private_folder
from jobs.process.tasks import await_to_end
from jobs.results import Made, Manifest, Rendered, StoredFile
from jobs.store.cache import Cache
from jobs.store.made import check_made
from jobs.store.objects import Object, Objects
from jobs.store.publishing import MANIFEST, USED, are_there, clock, files_of, parse, publish, wait_for_all
from jobs.store.store import Ours, Superseded, always
from jobs.store.workspace import Workspace

RENDERED: Final = "rendered.json"
ANALYSIS: Final = "analysis.json"

#: Seconds after which objects that no manifest names are left over.
UNNAMED: Final = 6 * 3600.0
#: Seconds for which a counted size of the bucket is good.
COUNTED: Final = 60.0

_VERSION: Final = re.compile(r"[0-9a-f]{16}")

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Track(Value):
    """What `manifest.json` holds. `version`: the folder of the track's files."""

    version: str
    manifest: Manifest


class _Rendition(Value):
    """What `rendered.json` holds. `version`: the folder of the rendition's files."""

    version: str
    rendered: Rendered


class BucketStore:
    """A `ResultStore` in a bucket, with scratch and a cache on this machine."""

    def __init__(self, url: str, local: Path, keep_free: float = 0, cache_bytes: float = 5e9) -> None:
        """`local`: a folder of this machine for scratch and cache. `keep_free`: bytes of its disk that no upload takes.

        `cache_bytes`: the most that the cache keeps. Raises `OSError`.
        """
        private_folder(local)
        self.workspace = Workspace(local, keep_free)
        self._objects = Objects(url)
        self._cache = Cache(local, cache_bytes)
        self._counted = (-COUNTED, 0)  # time.monotonic(), bytes

    # --- uploads ---------------------------------------------------------------------------------------------------

    async def has_upload(self, upload: Upload) -> bool:
        return bool([one async for one in self._objects.list(f"inbox/{upload.upload_id}")])

    async def keep_upload(self, path: Path, upload: Upload) -> None:
        await await_to_end(self._objects.put(f"inbox/{upload.upload_id}/file", path))

    async def renew_upload(self, upload: Upload) -> None:
        if await self.has_upload(upload):
            await self._objects.put(f"inbox/{upload.upload_id}/{USED}", b"")

    @asynccontextmanager
    async def open_upload(self, upload: Upload) -> AsyncIterator[Path]:
        with self.workspace.folder() as folder:
            await await_to_end(self._objects.download(f"inbox/{upload.upload_id}/file", folder / "upload"))
            yield folder / "upload"

    async def forget_upload(self, upload: Upload) -> None:
        await self._delete(f"inbox/{upload.upload_id}")

    # --- tracks ----------------------------------------------------------------------------------------------------

    async def read(self, track_id: TrackId) -> Made:
        track = await self._track(track_id)
        if track is None or track.manifest.track_id != track_id:
            return Made()
        at = _at(track_id, track.version)
        there = {one.name.removeprefix(f"{at}/"): one async for one in self._objects.list(at)}
        needed = [file for file in (*track.manifest.stems, track.manifest.cover) if file]
        if not are_there(needed, "", there):
            return Made()
        keys = sorted(name.rpartition("/")[0] for name in there if name.endswith(f"/{RENDERED}"))
        found = await asyncio.gather(*(self._value(_Rendition, f"{at}/{key}/{RENDERED}") for key in keys))
        whole = tuple(
            one.rendered
            for key, one in zip(keys, found, strict=True)
            if one
            and one.rendered.rendition.key == key
            and are_there(one.rendered.files, f"{key}/{one.version}/", there)
        )
        analysis = await self._value(Analysis, f"{at}/{ANALYSIS}") if ANALYSIS in there else None
        return Made(manifest=track.manifest, renditions=whole, analysis=analysis)

    async def keep_track(
        self, made: Path, manifest: Manifest, along: Sequence[Rendered] = (), ours: Ours = always
    ) -> None:
        await await_to_end(self._keep_track(made, manifest, along, ours))

    async def _keep_track(self, made: Path, manifest: Manifest, along: Sequence[Rendered], ours: Ours) -> None:
        await asyncio.to_thread(check_made, made)
        version = secrets.token_hex(8)
        at = _at(manifest.track_id, version)
        files = await asyncio.to_thread(files_of, made, at)
        for rendered in along:
            key = rendered.rendition.key
            files += await asyncio.to_thread(files_of, made / key, f"{at}/{key}/{version}")
        await self._put_all(files)
        for rendered in along:
            await self._put_value(
                f"{at}/{rendered.rendition.key}/{RENDERED}", _Rendition(version=version, rendered=rendered)
            )
        name = f"tracks/{manifest.track_id}/{MANIFEST}"
        try:
            earlier = parse(
                _Track, await publish(self._objects, name, _Track(version=version, manifest=manifest), ours)
            )
        except Superseded:
            await self._remove(manifest.track_id, version)
            raise
        if earlier is not None and _VERSION.fullmatch(earlier.version):
            await self._remove(manifest.track_id, earlier.version)

    async def _remove(self, track_id: TrackId, version: str) -> None:
        with suppress(OSError):  # `age` removes it
            await self._delete(_at(track_id, version))

    async def keep_rendition(self, made: Path, track_id: TrackId, rendered: Rendered, ours: Ours = always) -> None:
        await await_to_end(self._keep_rendition(made, track_id, rendered, ours))

    async def _keep_rendition(self, made: Path, track_id: TrackId, rendered: Rendered, ours: Ours) -> None:
        await asyncio.to_thread(check_made, made)
        track = await self._track(track_id)
        if track is None:  # forgotten meanwhile
            return
        version = secrets.token_hex(8)
        at = f"{_at(track_id, track.version)}/{rendered.rendition.key}"
        await self._put_all(await asyncio.to_thread(files_of, made, f"{at}/{version}"))
        await publish(self._objects, f"{at}/{RENDERED}", _Rendition(version=version, rendered=rendered), ours)

    async def keep_analysis(self, track_id: TrackId, analysis: Analysis) -> None:
        if (track := await self._track(track_id)) is not None:
            await self._put_value(f"{_at(track_id, track.version)}/{ANALYSIS}", analysis)

    @asynccontextmanager
    async def open(
        self, track_id: TrackId, files: Sequence[StoredFile], rendition: Rendition | None = None
    ) -> AsyncIterator[Path]:
        track = await self._track(track_id)
        if track is None:
            raise FileNotFoundError(f"track {track_id} is not in the bucket")
        at = _at(track_id, track.version)
        if rendition is not None:
            found = await self._value(_Rendition, f"{at}/{rendition.key}/{RENDERED}")
            if found is None:
                raise FileNotFoundError(f"{at}/{rendition.key} is not in the bucket")
            at = f"{at}/{rendition.key}/{found.version}"
        with self.workspace.folder() as folder:
            opened = folder / "files"
            opened.mkdir()
            await await_to_end(wait_for_all(self._bring(f"{at}/{file.name}", opened / file.name) for file in files))
            yield opened

    async def _bring(self, name: str, to: Path) -> None:
        """A file of the bucket at a path of the workspace, from the cache if it is there."""
        if not await asyncio.to_thread(self._cache.link, name, to):
            await self._objects.download(name, to)
            await asyncio.to_thread(self._cache.keep, name, to)

    async def renew(self, track_id: TrackId) -> None:
        if await self._track(track_id) is not None:
            await self._objects.put(f"tracks/{track_id}/{USED}", b"")

    async def forget(self, track_id: TrackId) -> None:
        await self._objects.delete([f"tracks/{track_id}/{MANIFEST}"])
        await self._delete(f"tracks/{track_id}")
        await asyncio.to_thread(self._cache.forget, f"tracks/{track_id}")

    # --- the whole store -------------------------------------------------------------------------------------------

    async def used_bytes(self) -> int:
        """Counted at most once in a minute, since it lists the bucket."""
        at, counted = self._counted
        if time.monotonic() - at >= COUNTED:
            counted = sum([one.bytes_ async for one in self._objects.list("")])
            self._counted = time.monotonic(), counted
        return counted

    async def age(self, keep_seconds: float, quota_bytes: float, busy: frozenset[str] = frozenset()) -> list[str]:
        groups: defaultdict[tuple[str, str], list[Object]] = defaultdict(list)
        async for one in self._objects.list(""):
            kind, _, rest = one.name.partition("/")
            if kind in ("inbox", "tracks") and "/" in rest:
                groups[kind, rest.partition("/")[0]].append(one)
        left, now = sum(one.bytes_ for group in groups.values() for one in group), time.time()
        used = {group: max(clock(objects)) for group, objects in groups.items()}
        removed = []
        for (kind, name), at in sorted(used.items(), key=lambda one: one[1]):
            objects = groups[kind, name]
            if name in busy:
                continue
            if now - at > keep_seconds or left > quota_bytes:
                await self._forget_group(kind, name)
                removed.append(name)
                left -= sum(one.bytes_ for one in objects)
            elif kind == "tracks":
                left -= await self._remove_unnamed(name, objects, now)
        self._counted = (-COUNTED, 0)
        return removed

    async def _forget_group(self, kind: str, name: str) -> None:
        if kind == "tracks":
            await self.forget(TrackId(name))
        else:
            await self._delete(f"{kind}/{name}")

    async def _remove_unnamed(self, name: str, objects: Sequence[Object], now: float) -> int:
        """Removes old versions of a track that was made again by a machine which died, and their bytes."""
        old = [one for one in objects if now - one.written_at > UNNAMED and one.name.count("/") > 2]
        if len({one.name.split("/")[2] for one in old}) < 2:
            return 0
        track = await self._track(TrackId(name))
        gone = [one for one in old if track is None or one.name.split("/")[2] != track.version]
        await self._objects.delete(one.name for one in gone)
        return sum(one.bytes_ for one in gone)

    async def check(self) -> None:
        name = f"check/{secrets.token_hex(8)}"
        await self._objects.put(name, b"")
        await self._objects.delete([name])

    # --- objects ---------------------------------------------------------------------------------------------------

    async def _track(self, track_id: TrackId) -> _Track | None:
        found = await self._value(_Track, f"tracks/{TrackId(track_id)}/{MANIFEST}")
        return found if found is not None and _VERSION.fullmatch(found.version) else None

    async def _value(self, model: type[ModelT], name: str) -> ModelT | None:
        """A value from its object; None when it is missing or damaged."""
        try:
            return parse(model, await self._objects.read(name))
        except FileNotFoundError:
            return None

    async def _put_value(self, name: str, value: BaseModel) -> None:
        await self._objects.put(name, value.model_dump_json().encode())

    async def _put_all(self, files: Sequence[tuple[str, Path]]) -> None:
        """Writes files as objects, and keeps them in the cache, where they are wanted next."""
        await wait_for_all(self._objects.put(name, path) for name, path in files)
        for name, path in files:
            await asyncio.to_thread(self._cache.keep, name, path)

    async def _delete(self, prefix: str) -> None:
        await self._objects.delete([one.name async for one in self._objects.list(prefix)])


def _at(track_id: TrackId, version: str) -> str:
    return f"tracks/{track_id}/{version}"
