"""The environment of a child: named variables of ours and nothing else, so that no secret is in its reach.

Our settings (`FLBT_…`) are never among them.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from worker.child.confinement import Confinement

#: Where things are, in which language and time zone, and how runtimes are to behave.
ALWAYS: Final = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|LOCPATH|LOCALE_ARCHIVE|TZ|TMPDIR|VIRTUAL_ENV|XDG_\w+|"
    r"(LD|DYLD)_LIBRARY_PATH|LD_PRELOAD|"
    r"PYTHON\w*|COVERAGE_\w+|(OMP|OPENBLAS|MKL|KMP|TBB|OV|ONEDNN|DNNL|MALLOC|GOMP)_\w+|"
    r"TF_(CPP|NUM|ENABLE|FORCE|XLA)_\w+"  # TensorFlow's: Terraform's begin alike, and hold tokens
)
#: The way out. A proxy's address may hold a password: nobody else gets it.
ONLINE: Final = re.compile(r"(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR)", re.I)
#: Of installers, which a child without walls may start: their indexes and their certificates.
INSTALLERS: Final = re.compile(r"(UV|PIP)_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NETRC")


def environment_for(confinement: Confinement | None, of: Mapping[str, str]) -> dict[str, str]:
    """What a child gets of the environment `of`. Where it may write, there its temporary files go."""
    wanted = [ALWAYS]
    if confinement is None:
        wanted += [ONLINE, INSTALLERS]
    elif confinement.ports:
        wanted += [ONLINE]
    chosen = {name: value for name, value in of.items() if any(pattern.fullmatch(name) for pattern in wanted)}
    if confinement is not None and confinement.write:
        chosen["TMPDIR"] = str(Path(confinement.write[0]))
    return chosen
