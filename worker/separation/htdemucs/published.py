"""The publications of these networks' weights.

Meta's files have eight digits of their SHA-256 in their names, as in `demucs/remote/files.txt`. More was not published.
"""

from typing import Final

from worker.separation.publications import Publication, PublishedFile

_CREDIT: Final = "Hybrid Transformer Demucs by Meta AI (Rouard, Massa, Défossez 2022)"
_META: Final = "https://dl.fbaipublicfiles.com/demucs/hybrid_transformer"

PUBLICATIONS: Final[dict[str, Publication]] = {
    "htdemucs": Publication("MIT", _CREDIT, 84, (PublishedFile(f"{_META}/955717e8-8726e21a.th", "8726e21a"),)),
    "htdemucs_6s": Publication("MIT", _CREDIT, 55, (PublishedFile(f"{_META}/5c90dfd2-34c22ccb.th", "34c22ccb"),)),
}
