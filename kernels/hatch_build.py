"""Compiles the C sources into the package on Linux x86-64; elsewhere the package is built without a library."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Every x86-64 since 2013 (Intel) and 2015 (AMD) has AVX2 and FMA; the package checks for them when it is loaded.
FLAGS = [
    "-O3", "-std=c11", "-mavx2", "-mfma", "-ffp-contract=fast", "-fno-math-errno",
    "-fno-sanitize=all", "-fvisibility=default", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
]  # fmt: skip
#: SHA-256 of the compiler in the wheel that pyproject.toml requires: the build runs a downloaded program.
COMPILER = "58959f01285c05a74276f09327b551d42ed6006bf325a78dc661a024e314987b"
#: Seconds for the compiler; on an idle core it takes ten.
PATIENCE = 900


class Kernels(BuildHookInterface):  # type: ignore[misc,type-arg]  # hatchling's has no types here
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - as the interface is
        if sys.platform != "linux" or platform.machine() != "x86_64":
            return
        _check_compiler()
        root = Path(self.root)
        # Against an old C library, so that what is built on one machine runs on others.
        target = [
            "-target",
            "x86_64-linux-musl" if "musl" in (sysconfig.get_config_var("SOABI") or "") else "x86_64-linux-gnu.2.17",
        ]
        library = root / "flbt_unet" / "unet.so"
        with TemporaryDirectory(prefix="flbt-unet-") as folder:  # holds the compiler's caches too
            caches = {"ZIG_GLOBAL_CACHE_DIR": folder, "ZIG_LOCAL_CACHE_DIR": folder}
            built = Path(folder, library.name)
            subprocess.run(
                [sys.executable, "-m", "ziglang", "cc", *target, *FLAGS,
                 *map(str, sorted((root / "source").glob("*.c"))), "-o", str(built), "-lpthread"],
                check=True, env={**os.environ, **caches}, timeout=PATIENCE,
            )  # fmt: skip
            # Replaced, not overwritten: processes that loaded the old library keep its file.
            part = library.with_suffix(".part")
            shutil.copy(built, part)
            part.replace(library)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _check_compiler() -> None:
    """Raises `RuntimeError` if the compiler's hash is not `COMPILER`."""
    import ziglang

    with Path(ziglang.__file__).with_name("zig").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != COMPILER:
        raise RuntimeError(f"ziglang's compiler has the SHA-256 {found}, and not {COMPILER}")
