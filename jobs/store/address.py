"""Opens the store at the address in the settings."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from jobs.settings import Settings
from jobs.store.folder import FOLDERS, FolderStore
from jobs.store.store import ResultStore


def open_store(settings: Settings, keep_free: float = 0) -> ResultStore:
    """The store at FLBT_STORE. `keep_free`: bytes on this machine's disk that no upload takes.

    Raises `OSError` when it cannot be used.
    """
    url = settings.store_url
    if urlsplit(url).scheme == "file":
        return FolderStore(folder_at(url), keep_free)
    from jobs.store.bucket import BucketStore

    return BucketStore(url, scratch_of(settings), keep_free, settings.cache_gb * 1e9)


def scratch_of(settings: Settings) -> Path:
    """The folder on this machine for unfinished files of a bucket, and copies of finished ones."""
    return (settings.data / "store").absolute()


def private_places(settings: Settings) -> list[Path]:
    """Folders of the store on this machine that other users must not read."""
    if urlsplit(settings.store_url).scheme != "file":
        return [scratch_of(settings)]
    root = folder_at(settings.store_url)
    return [root / name for name in FOLDERS]


def folder_at(url: str) -> Path:
    """The folder at a `file:///…` address. Raises `ValueError` for another address."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ValueError(f"no store for {parts.scheme}: addresses")
    return Path(unquote(parts.path))
