"""Who published each model's weights, under which licence, and where they are."""

from typing import Final, NamedTuple

from worker.separation.spleeter.weights import ARCHIVES
from worker.separation.spleeter.wheel import WHEEL


class PublishedFile(NamedTuple):
    """A file at its publisher's. `sha256`: its SHA-256 in hex, or the beginning of it, as far as it was published."""

    url: str
    sha256: str


class Publication(NamedTuple):
    """The weights of one model. `megabytes`: to fetch. `sources` are tried in order."""

    licence: str
    credit: str
    megabytes: int
    sources: tuple[PublishedFile, ...]
    note: str = ""


_SPLEETER: Final = "Spleeter by Deezer (Hennequin et al. 2020)"
_DEMUCS: Final = "Hybrid Transformer Demucs by Meta AI (Rouard, Massa, Défossez 2022)"
_META: Final = "https://dl.fbaipublicfiles.com/demucs/hybrid_transformer"


def _of_deezer(model: str, megabytes: int, note: str = "") -> Publication:
    archive = ARCHIVES[model]
    return Publication("MIT", _SPLEETER, megabytes, (PublishedFile(archive.url, archive.sha256),), note)


#: By model. Meta's files have eight digits of their SHA-256 in their names, as in `demucs/remote/files.txt`.
PUBLICATIONS: Final[dict[str, Publication]] = {
    "spleeter-2": _of_deezer("spleeter-2", 73, f"also in the wheel {WHEEL}"),
    "spleeter-4": _of_deezer("spleeter-4", 146),
    "spleeter-5": _of_deezer("spleeter-5", 181),
    "htdemucs": Publication("MIT", _DEMUCS, 84, (PublishedFile(f"{_META}/955717e8-8726e21a.th", "8726e21a"),)),
}
