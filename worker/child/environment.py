"""The environment of a child: only the variables named here, so that it contains no secret.

Settings (`FLBT_…`) are never among them.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.child.confinement import Confinement

#: Paths, language, time zone, and options of runtimes.
ALWAYS: Final = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|LOCPATH|LOCALE_ARCHIVE|TZ|TMPDIR|VIRTUAL_ENV|XDG_\w+|"
    r"(LD|DYLD)_LIBRARY_PATH|LD_PRELOAD|"
    r"PYTHON\w*|COVERAGE_\w+|(OMP|OPENBLAS|MKL|KMP|TBB|OV|ONEDNN|DNNL|MALLOC|GOMP)_\w+|"
    r"TF_(CPP|NUM|ENABLE|FORCE|XLA)_\w+"  # TensorFlow's; Terraform's `TF_` variables hold tokens
)
#: For online children only: a proxy's address may hold a password.
ONLINE: Final = re.compile(r"(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)", re.I)


def environment_for(confinement: Confinement | None, of: Mapping[str, str]) -> dict[str, str]:
    """A child's part of the environment `of`, with its first writable folder for temporary files."""
    wanted = [ALWAYS]
    if confinement is None or confinement.ports:
        wanted += [ONLINE]
    if confinement is not None:
        wanted += [re.compile(re.escape(name)) for name in confinement.variables]
    chosen = {name: value for name, value in of.items() if any(pattern.fullmatch(name) for pattern in wanted)}
    if confinement is not None and confinement.write:
        chosen["TMPDIR"] = str(Path(confinement.write[0]))
    return chosen
