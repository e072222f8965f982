"""Chooses a build of the C code. Loads nothing: `fl-bt doctor` asks which one would run."""

import functools
import platform
import sys
from pathlib import Path
from typing import Final, Literal

Instructions = Literal["avx512", "avx2", "neon"]

FOLDER: Final = Path(__file__).parent
_V3: Final = frozenset(["avx2", "fma", "bmi1", "bmi2", "f16c", "movbe", "abm"])
#: Features that each build needs, by the names of Linux, the fastest build first. Every aarch64 processor has NEON.
NEEDS: Final[dict[Instructions, frozenset[str]]] = {
    "avx512": _V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"},
    "avx2": _V3,
    "neon": frozenset(),
}
BUILDS: Final[dict[str, tuple[Instructions, ...]]] = {"x86_64": ("avx512", "avx2"), "arm64": ("neon",)}


def available() -> bool:
    """Whether this package has a build for this processor."""
    return bool(instruction_sets())


def instruction_sets() -> tuple[Instructions, ...]:
    """The installed builds that this processor can run, the fastest first."""
    built = [name for name in usable(platform.machine(), flags()) if file_of(name).is_file()]
    return tuple(built) if sys.platform in ("linux", "darwin") else ()


def usable(machine: str, features: frozenset[str]) -> tuple[Instructions, ...]:
    """The builds for a machine with these features, the fastest first."""
    of = BUILDS.get("arm64" if machine == "aarch64" else machine, ())
    return tuple(name for name in of if NEEDS[name] <= features)


@functools.cache
def flags() -> frozenset[str]:
    """The processor's features that the system supports, by Linux's names; empty where it does not list them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), []))


def file_of(instructions: Instructions) -> Path:
    """The library of a build; this package may be without it."""
    return FOLDER / f"unet-{instructions}{'.dylib' if sys.platform == 'darwin' else '.so'}"
