"""Objects of a bucket on S3-compatible storage, Google Cloud Storage or Azure, under a prefix.

Every error is an `OSError`: `FileNotFoundError` for a missing object, `PermissionError` when access is refused, and
`StoreAway` for everything that a retry may cure.
"""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

import obstore
from obstore import exceptions
from obstore.store import ObjectStore, from_url

from jobs.monitoring import metrics
from jobs.store.store import StoreAway

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ClientConfig, RetryConfig

#: Seconds in which the library repeats a call that met a fault; then the caller repeats the whole step.
PATIENCE: Final = 20.0
CONNECT: Final = 5.0  # seconds
ANSWER: Final = 60.0  # seconds for one request, a part of a file at most

#: Files up or down at the same time.
SIDE_BY_SIDE: Final = 4

CHUNK: Final = 1 << 20  # bytes
#: Objects of one call that deletes.
BATCH: Final = 1000

#: Variables with the address of one's own S3 server.
ENDPOINTS: Final = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT")


class Object(NamedTuple):
    """An object of the bucket. `age`: seconds since it was written."""

    name: str
    bytes_: int
    written_at: float  # time.time() of the storage


class Version(NamedTuple):
    """The content of a small object, and what identifies it for `put_over`."""

    content: bytes
    e_tag: str | None
    version: str | None


class ChangedMeanwhile(Exception):  # noqa: N818 - an answer, not an error in the program
    """The object is no longer the version that should be replaced."""


class Objects:
    """The objects under one address, as `s3://bucket/prefix`."""

    def __init__(self, url: str) -> None:
        """Opens no connection. Raises `OSError` when the environment has settings that cannot be understood."""
        own = [os.environ[name] for name in ENDPOINTS if os.environ.get(name)]
        options: ClientConfig = {
            "connect_timeout": timedelta(seconds=CONNECT),
            "timeout": timedelta(seconds=ANSWER),
            "allow_http": any(urlsplit(one).scheme == "http" for one in own),
        }
        retry: RetryConfig = {"max_retries": 5, "retry_timeout": timedelta(seconds=PATIENCE)}
        with _as_os_error(url):
            self._store: ObjectStore = from_url(url, client_options=options, retry_config=retry)
        self._turns = asyncio.Semaphore(SIDE_BY_SIDE)

    async def put(self, name: str, content: bytes | Path) -> None:
        """Writes an object, whole or not at all. A file is streamed."""
        async with self._turns:
            with _as_os_error(name):
                await obstore.put_async(self._store, name, content)

    async def read(self, name: str) -> bytes:
        """The content of a small object."""
        with _as_os_error(name):
            return bytes(await (await obstore.get_async(self._store, name)).bytes_async())

    async def read_version(self, name: str) -> Version | None:
        """A small object with its version, or None."""
        try:
            with _as_os_error(name):
                found = await obstore.get_async(self._store, name)
                content = bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        return Version(content, found.meta["e_tag"], found.meta["version"])

    async def put_over(self, name: str, content: bytes, before: Version | None) -> None:
        """Replaces a version of an object, or creates the object (None), whole or not at all.

        Raises `ChangedMeanwhile`. A storage without conditional writes writes in any case.
        """
        mode: PutMode = "create"
        if before is not None:
            mode = {}
            if before.e_tag is not None:
                mode["e_tag"] = before.e_tag
            if before.version is not None:
                mode["version"] = before.version
        with _as_os_error(name):
            try:
                await obstore.put_async(self._store, name, content, mode=mode)
            except (exceptions.AlreadyExistsError, exceptions.PreconditionError) as why:
                raise ChangedMeanwhile(name) from why
            except (exceptions.NotSupportedError, NotImplementedError, exceptions.GenericError) as why:
                if isinstance(why, exceptions.GenericError) and "NotImplemented" not in str(why):
                    raise
                await obstore.put_async(self._store, name, content)

    async def download(self, name: str, to: Path) -> None:
        """Writes an object to a new file, as a stream."""
        async with self._turns:
            with _as_os_error(name), to.open("xb") as file:
                found = await obstore.get_async(self._store, name)
                async for chunk in found.stream(min_chunk_size=CHUNK):
                    await asyncio.to_thread(file.write, chunk)
                if (size := file.tell()) != found.meta["size"]:
                    raise StoreAway(errno.ECONNRESET, f"{size} of {found.meta['size']} bytes arrived", name)

    async def list(self, prefix: str) -> AsyncIterator[Object]:
        """All objects whose name begins with the path `prefix`, in pages."""
        with _as_os_error(prefix):
            async for page in obstore.list(self._store, prefix, chunk_size=1000):
                for one in page:
                    yield Object(one["path"], one["size"], one["last_modified"].timestamp())

    async def delete(self, names: Iterable[str]) -> None:
        """Deletes objects, in order; missing ones are ignored."""
        left = list(names)
        for start in range(0, len(left), BATCH):
            with _as_os_error(left[start]):
                try:
                    await obstore.delete_async(self._store, left[start : start + BATCH])
                except (exceptions.NotFoundError, FileNotFoundError):  # Google and Azure: the rest may still be there
                    for name in left[start : start + BATCH]:
                        with suppress(exceptions.NotFoundError, FileNotFoundError):
                            await obstore.delete_async(self._store, name)


@contextmanager
def _as_os_error(name: str) -> Iterator[None]:
    try:
        yield
    except (exceptions.NotFoundError, FileNotFoundError) as why:
        raise FileNotFoundError(errno.ENOENT, "not in the bucket", name) from why
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as why:
        metrics.count("store_errors", "refused")
        raise PermissionError(errno.EACCES, "the bucket refuses access: check the AWS_ settings", name) from why
    except (exceptions.InvalidPathError, exceptions.NotSupportedError, exceptions.UnknownConfigurationKeyError) as why:
        raise OSError(errno.EINVAL, str(why)[:300], name) from why
    except exceptions.BaseError as why:
        metrics.count("store_errors", "away")
        raise StoreAway(errno.EHOSTUNREACH, f"the bucket is out of reach: {str(why)[:300]}", name) from why
