"""A Debian for aarch64 in a folder, and qemu to run its programs. What cannot be had fails the tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

KERNELS = Path(__file__).parents[2] / "kernels"
PYTHON = "3.11"  # Debian 12's
DEBIAN = (
    "libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libffi8", "libcrypt1",
    f"python{PYTHON}-minimal", f"libpython{PYTHON}-minimal", f"libpython{PYTHON}-stdlib",
)  # fmt: skip
SECONDS = 900.0  # qemu computes fifty times slower than the processor


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(SECONDS))


class Arm(NamedTuple):
    """`qemu` runs the programs below `root`."""

    qemu: str
    root: Path

    def python(self, *arguments: str, site: Path) -> None:
        """Runs Python for aarch64 with the packages in `site`."""
        program = self.root / "usr" / "bin" / f"python{PYTHON}"
        _run(self.qemu, "-L", str(self.root), "-E", f"PYTHONPATH={site}", str(program), *arguments)


@pytest.fixture(scope="session")
def arm(pytestconfig: pytest.Config) -> Arm:
    cache = pytestconfig.cache
    assert cache is not None
    kept = cache.mkdir("arm")
    root = kept / "root"
    if not root.exists():
        _unpack(kept, "arm64", DEBIAN, root)
    qemu = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if qemu is None:
        tools = kept / "qemu"
        if not tools.exists():
            _unpack(kept, _run("dpkg", "--print-architecture").strip(), ("qemu-user-static",), tools)
        qemu = str(tools / "usr" / "bin" / "qemu-aarch64-static")
    return Arm(qemu, root)


def _unpack(kept: Path, architecture: str, packages: tuple[str, ...], to: Path) -> None:
    """Unpacks Debian packages of an architecture below `to`. Needs no root: apt gets folders of its own."""
    work = kept / f"apt-{architecture}"
    for name in ("lists/partial", "cache/archives/partial", "debs"):
        (work / name).mkdir(parents=True, exist_ok=True)
    config = work / "apt.conf"
    config.write_text(
        f'APT::Architecture "{architecture}";\nAPT::Architectures "{architecture}";\n'
        f'Dir::State::Lists "{work}/lists";\nDir::State::status "/dev/null";\nDir::Cache "{work}/cache";\n'
        'APT::Sandbox::User "root";\n'
    )
    ours = {**os.environ, "APT_CONFIG": str(config)}
    _run("apt-get", "update", "-qq", env=ours)
    _run("apt-get", "download", "-qq", *packages, cwd=work / "debs", env=ours)
    part = to.with_name(f"{to.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    for package in (work / "debs").glob("*.deb"):
        _run("dpkg", "-x", str(package), str(part))
    shutil.rmtree(work)
    part.rename(to)


def build_wheel(target: str, folder: Path) -> Path:
    """The kernels' wheel for a target of `kernels/hatch_build.py`."""
    _run("uv", "build", "--quiet", "--wheel", "--out-dir", str(folder), str(KERNELS),
         env={**os.environ, "UNET_TARGET": target})  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, site: Path) -> None:
    """Installs the wheel and its dependencies for the Python of `Arm`, which chooses the wheels by their tags."""
    _run("uv", "pip", "install", "--quiet", "--python-platform", "aarch64-manylinux_2_28", "--python-version", PYTHON,
         "--python", sys.executable, "--only-binary", ":all:", "--target", str(site), str(wheel))  # fmt: skip


def _run(*command: str, **options: object) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    except OSError as error:
        pytest.fail(f"{command[0]}: {error}. The ARM tests need Debian's apt-get and dpkg, and uv.", pytrace=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} failed: {done.stderr or done.stdout}", pytrace=False)
    return str(done.stdout)
