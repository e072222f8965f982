"""Pages of mapped files are released, and no writes are lost."""

import mmap
import re
from pathlib import Path

from worker.separation.pages import give_back

PAGES = 512


def resident_kb(path: Path) -> int:
    """The resident part of a file's mappings in kB (proc_pid_smaps(5))."""
    found = 0
    for mapping in re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", Path("/proc/self/smaps").read_text(), flags=re.M):
        if mapping.partition("\n")[0].endswith(f" {path}"):
            found += int(re.findall(r"^Rss:\s+(\d+) kB$", mapping, re.M)[0])
    return found


def filled(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * PAGES * mmap.PAGESIZE)
    return path


def read_through(memory: mmap.mmap) -> bytes:
    return memory[:: mmap.PAGESIZE]


def test_pages_of_a_file_are_given_back_by_its_name_and_read_again(tmp_path: Path) -> None:
    large, other = filled(tmp_path / "some where" / "networks.bin"), filled(tmp_path / "networks.bin.old")
    with (
        large.open("rb") as one,
        other.open("rb") as two,
        mmap.mmap(one.fileno(), 0, access=mmap.ACCESS_READ) as memory,
        mmap.mmap(two.fileno(), 0, access=mmap.ACCESS_READ) as stays,
    ):
        content = read_through(memory), read_through(stays)
        whole = PAGES * mmap.PAGESIZE // 1024
        assert (resident_kb(large), resident_kb(other)) == (whole, whole)
        give_back("networks.bin")
        assert (resident_kb(large), resident_kb(other)) == (0, whole)
        assert (read_through(memory), read_through(stays)) == content


def test_writes_to_a_private_mapping_stay(tmp_path: Path) -> None:
    path = filled(tmp_path / "networks.bin")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as memory:
        memory[:7] = b"written"
        give_back("networks.bin")
        assert memory[:8] == b"writtenx"
