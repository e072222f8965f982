"""Reads files of `torch.save` without torch: a zip with a pickle of the structure, and one member for each storage."""

import math
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.separation.checkpoints.pickled import LONGEST, Storage, StoredTensor, read_pickle
from worker.separation.checkpoints.values import Tensor, UnreadableError

MOST_MEMBERS: Final = 20_000
MOST_VALUES: Final = 100_000

_DTYPES: Final[dict[str, str]] = {
    "DoubleStorage": "<f8", "FloatStorage": "<f4", "HalfStorage": "<f2", "BFloat16Storage": "<u2",
    "LongStorage": "<i8", "IntStorage": "<i4",
}  # fmt: skip


def is_torch_file(path: Path) -> bool:
    """Whether it is a zip. Files of torch before 1.6 are none."""
    return zipfile.is_zipfile(path)


def read_torch_file(path: Path) -> Any:
    """The saved value, with arrays for tensors. Raises `UnreadableError`, `OSError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _Archive(archive, path.stat().st_size).read()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"a zip that is broken: {error!r:.120}") from None


class _Archive:
    """An open archive."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        members = archive.infolist()
        self._members = {member.filename: member for member in members}
        if len(members) > MOST_MEMBERS or len(self._members) < len(members):
            raise UnreadableError("a zip with too many members, or two of one name")
        # Stored members that do not overlap are never larger than the file: nothing inflates.
        if any(member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1 for member in members):
            raise UnreadableError("a zip with compressed members, which torch does not write")
        if sum(member.file_size for member in members) > size:
            raise UnreadableError("a zip whose members are larger than the file")
        pickles = [name for name in self._members if name.count("/") == 1 and name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise UnreadableError("a zip without the structure of a torch file")
        self._root = pickles[0].removesuffix("data.pkl")
        self._storages: dict[Storage, Tensor] = {}
        self._left = MOST_VALUES

    def read(self) -> Any:
        if self._root + "byteorder" in self._members and self._content("byteorder", 16) != b"little":
            raise UnreadableError("numbers in another byte order")
        return self._filled(read_pickle(self._content("data.pkl", LONGEST)))

    def _content(self, name: str, most: int) -> bytes:
        member = self._members.get(self._root + name)
        if member is None or member.file_size > most:
            raise UnreadableError(f"no member {name[:40]!r}, or it is too large")
        return self._archive.read(member)

    def _filled(self, value: Any) -> Any:
        """The value with arrays in the place of stored tensors. Values may contain each other, or themselves."""
        self._left -= 1
        if self._left < 0:
            raise UnreadableError("values inside of each other without an end")
        match value:
            case StoredTensor():
                return self._tensor(value)
            case dict():
                return {key: self._filled(each) for key, each in value.items()}
            case list() | tuple():
                return type(value)(self._filled(each) for each in value)
        return value

    def _tensor(self, stored: StoredTensor) -> Tensor:
        numbers = self._numbers(stored.storage)
        reach = 1 + sum((side - 1) * stride for side, stride in zip(stored.shape, stored.strides, strict=True))
        if math.prod(stored.shape) == 0:
            return np.zeros(stored.shape, numbers.dtype)
        if stored.offset + reach > len(numbers) or math.prod(stored.shape) > len(numbers):
            raise UnreadableError("a tensor beyond its storage")
        strides = tuple(stride * numbers.itemsize for stride in stored.strides)
        return np.lib.stride_tricks.as_strided(numbers[stored.offset :], stored.shape, strides, writeable=False)

    def _numbers(self, storage: Storage) -> Tensor:
        if storage not in self._storages:
            dtype = np.dtype(_DTYPES[storage.kind])
            content = self._content(f"data/{storage.key}", storage.count * dtype.itemsize)
            if len(content) != storage.count * dtype.itemsize:
                raise UnreadableError(f"storage {storage.key[:20]!r} has {len(content)} bytes")
            numbers = np.frombuffer(content, dtype)
            if storage.kind == "BFloat16Storage":  # the upper half of a float32
                numbers = (numbers.astype(np.uint32) << 16).view(np.float32)
            self._storages[storage] = numbers
        return self._storages[storage]
