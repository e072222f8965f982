"""Names of files as all platforms have them."""

import re


def bare(name: str) -> str:
    """A name in letters and digits alone: platforms spell names of files differently."""
    plain = name.replace("Á", "A").replace("ç", "c")
    return re.sub(r"[^a-z0-9]+", " ", plain.lower().replace("&", " ")).strip()
