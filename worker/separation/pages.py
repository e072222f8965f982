"""Releases the pages of a memory-mapped file."""

import contextlib
import ctypes
import mmap
from pathlib import Path


def give_back(name: str) -> None:
    """Releases the pages of every mapped file called `name`; later reads load them from the file again.

    The runtime never unmaps a file. Only Linux lists a process's mappings: elsewhere the pages stay until the system
    needs memory.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
            # start-end rights offset device inode path (proc_pid_maps(5))
            span, rights, *_, path = line.split(maxsplit=5)
            if Path(path).name == name and "w" not in rights:
                start, end = (int(address, 16) for address in span.split("-"))
                libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)
