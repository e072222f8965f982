"""Compiles the C sources into the package, once for each instruction set of the target.

The targets are Linux on x86-64 and aarch64, and macOS on arm64; elsewhere the package is built without a library. The
target is this machine, or the one that `UNET_TARGET` names, such as `macos-arm64`: the compiler compiles for all.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FLAGS = [
    "-O3", "-std=c11", "-ffp-contract=fast", "-fno-math-errno", "-fno-sanitize=all", "-fvisibility=default",
    "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
]  # fmt: skip


class Target(NamedTuple):
    """`compiled`: the compiler's name of the target; `tag`: the wheel's platform; `libraries`: file names and flags."""

    compiled: str
    tag: str
    libraries: dict[str, list[str]]


#: The package chooses between these builds when it is loaded. AVX2: every x86-64 since 2013 (Intel) and 2015 (AMD).
X86_64 = {
    "unet-avx2.so": ["-mcpu=x86_64_v3"],
    "unet-avx512.so": ["-mcpu=x86_64_v4", "-mprefer-vector-width=512"],
}
AARCH64 = {"unet-neon.so": []}  # every aarch64 processor has NEON
#: Against old C libraries, so that the wheels run on older systems than this one.
TARGETS = {
    "linux-x86_64": Target("x86_64-linux-gnu.2.17", "manylinux2014_x86_64", X86_64),
    "linux-aarch64": Target("aarch64-linux-gnu.2.17", "manylinux2014_aarch64", AARCH64),
    "musl-x86_64": Target("x86_64-linux-musl", "linux_x86_64", X86_64),
    "musl-aarch64": Target("aarch64-linux-musl", "linux_aarch64", AARCH64),
    "macos-arm64": Target("aarch64-macos.11.0", "macosx_11_0_arm64", {"unet-neon.dylib": ["-mcpu=apple_m1"]}),
}
#: SHA-256 of the compiler in the wheel that pyproject.toml requires, by machine: the build runs a downloaded program.
COMPILERS = {
    "linux-x86_64": "58959f01285c05a74276f09327b551d42ed6006bf325a78dc661a024e314987b",
    "linux-aarch64": "e7eef14c4b674845fa65bbd6ad0dbf82037f6cb4364db7973ed23579a5fc26c0",
    "macos-arm64": "bb6397b497438ce9e9d0d668fbfb42e777082f2b0af87ab06dec5ec928e19df5",
}
#: Seconds for the compiler and one library; on an idle core it takes ten.
PATIENCE = 900


class Kernels(BuildHookInterface):  # type: ignore[misc,type-arg]  # hatchling's has no types here
    """Compiles into the source tree for an editable installation, else into the wheel alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        target = TARGETS.get(os.environ.get("UNET_TARGET") or _this_machine())
        if target is None:
            return
        _check_compiler()
        self._built = TemporaryDirectory(prefix="flbt-unet-")
        for name, flags in target.libraries.items():
            library = Path(self._built.name, name)
            _compile(target, flags, Path(self.root, "source"), library)
            if version == "editable":
                _replace(Path(self.root, "flbt_unet", name), library)
            else:
                build_data["force_include"][str(library)] = f"flbt_unet/{name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{target.tag}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the interface
        if hasattr(self, "_built"):
            self._built.cleanup()


def _compile(target: Target, flags: list[str], source: Path, library: Path) -> None:
    with TemporaryDirectory(prefix="flbt-unet-") as caches:
        subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", "-target", target.compiled, *FLAGS, *flags,
             *map(str, sorted(source.glob("*.c"))), "-o", str(library), "-lpthread"],
            check=True, env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": caches, "ZIG_LOCAL_CACHE_DIR": caches},
            timeout=PATIENCE,
        )  # fmt: skip


def _replace(library: Path, built: Path) -> None:
    """Puts `built` in the place of `library`; processes that loaded the old one keep its file."""
    part = library.with_suffix(".part")
    shutil.copy(built, part)
    part.replace(library)


def _this_machine() -> str:
    """A name of `TARGETS`, if this machine is one of them."""
    system = {"linux": "linux", "darwin": "macos"}.get(sys.platform, sys.platform)
    if "musl" in (sysconfig.get_config_var("SOABI") or ""):
        system = "musl"
    return f"{system}-{platform.machine()}"


def _check_compiler() -> None:
    """Raises `RuntimeError` if the compiler's hash is not this machine's in `COMPILERS`."""
    import ziglang

    with Path(ziglang.__file__).with_name("zig").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    wanted = COMPILERS.get(_this_machine().replace("musl", "linux"))
    if found != wanted:
        raise RuntimeError(f"ziglang's compiler has the SHA-256 {found}, and not {wanted}")
