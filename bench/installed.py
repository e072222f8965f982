"""Prints what an environment holds, in MB, without bytecode: `python -m bench.installed [SITE_PACKAGES]`.

Without an argument it makes a default installation of this checkout first, beside the developer's.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

MOST: Final = 12  # packages that are printed
HERE: Final = Path(__file__).parent.parent


def main() -> None:
    if len(sys.argv) > 1:
        _print(Path(sys.argv[1]))
        return
    with TemporaryDirectory(prefix="fl-bt-installed-") as folder:
        environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        subprocess.run(
            ["uv", "sync", "--locked", "--quiet", "--no-install-workspace"],
            check=True, cwd=HERE, env=environment | {"UV_PROJECT_ENVIRONMENT": folder},
        )  # fmt: skip
        _print(next(Path(folder).glob("lib/python*/site-packages")))


def _print(site: Path) -> None:
    sizes: Counter[str] = Counter()
    for path in site.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.suffix != ".pyc":
            sizes[path.relative_to(site).parts[0].removesuffix(".libs")] += path.stat().st_size
    print(f"{sizes.total() / 1e6:.0f} MB in all")
    for name, size in sizes.most_common(MOST):
        print(f"{size / 1e6:6.1f} {name}")


if __name__ == "__main__":
    main()
