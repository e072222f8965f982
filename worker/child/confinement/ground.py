"""The files that every child may read: of the system, the interpreter, its packages, and our code."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

#: Libraries, programs (to be read, not to be run), and tables of the dynamic loader and the C library.
SYSTEM: Final = (
    "/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", "/home/linuxbrew/.linuxbrew",
    "/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime",
    "/etc/mime.types", "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf",
    # The child's own process only, and the machine's cores, memory and limits.
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version",
    "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/osrelease", "/sys/devices/system", "/sys/fs/cgroup",
)  # fmt: skip
#: Devices without data.
DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
#: Tables for names of hosts, and certificates.
NETWORK: Final = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/gai.conf", "/etc/services",
    "/etc/protocols", "/etc/ssl", "/etc/pki", "/etc/ca-certificates",
)  # fmt: skip
CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")

_OURS: Final = ("jobs", "worker", "flbt_unet")


def readable(module: str, *, online: bool) -> list[Path]:
    """The files and folders for a child that runs `module`; loads the module's packages.

    A checkout contains more than code: of it, only our packages are named.
    """
    find_spec(module)
    packages = [Path(place) for name in (*_OURS, module.partition(".")[0]) for place in _places_of(name)]
    linked = [path for name in ("pydantic", module) for path in _caches_of(name)]
    interpreter = [Path(prefix) for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix)]
    installed = [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    cached = [Path(sys.pycache_prefix)] if sys.pycache_prefix else []
    named = [Path(os.environ[name]) for name in CERTIFICATES if os.environ.get(name)] if online else []
    fixed = [Path(path) for path in (*SYSTEM, *(NETWORK if online else ()))]
    return list(dict.fromkeys([*fixed, *interpreter, *installed, *packages, *linked, *cached, *named]))


def _places_of(name: str) -> list[str]:
    spec = find_spec(name)
    return list(spec.submodule_search_locations or ()) if spec else []


def _caches_of(name: str) -> list[Path]:
    """uv's cache of packages, for an environment of links into it (`--link-mode symlink`)."""
    spec = find_spec(name)
    found = Path(spec.origin).resolve().parents if spec and spec.origin else ()
    return [folder for folder in found if folder.name.startswith("archive-v")]


def loaders() -> list[Path]:
    """The dynamic loaders, which the kernel executes with every program."""
    return [
        path.resolve()
        for folder in ("/lib64", "/lib", "/usr/lib64", "/usr/lib")
        for path in Path(folder).glob("ld-*.so.*")
    ]


def for_programs() -> list[Path]:
    """The files for a program that a child starts: the system's, without the interpreter, our code, or the child."""
    return [Path(path) for path in SYSTEM if path != "/proc/self"]
