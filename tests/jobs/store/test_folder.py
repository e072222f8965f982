"""A store in a folder: damaged files, killed processes, and invalid ids."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from pydantic import ValidationError

from jobs.models import TrackId
from jobs.results import Made, Manifest
from jobs.settings import Settings
from jobs.store.address import open_store
from jobs.store.folder import FolderStore
from tests.jobs.store.makers import MP3, OTHER, SONG, keep, keep_rendition, manifest_of


async def test_a_track_with_a_damaged_manifest_is_missing_and_can_be_made_again(store: FolderStore) -> None:
    manifest = await keep(store)
    path = store.folder(manifest.track_id) / "manifest.json"
    path.write_text(path.read_text()[:50])
    assert await store.read(manifest.track_id) == Made()
    path.unlink()
    assert await store.read(manifest.track_id) == Made()
    again = await keep(store)
    assert again != manifest
    assert (await store.read(manifest.track_id)).manifest == again


async def test_a_track_without_a_stem_is_missing_and_can_be_made_again(store: FolderStore) -> None:
    manifest = await keep(store)
    (store.folder(manifest.track_id) / "vocals.flac").unlink()
    assert await store.read(manifest.track_id) == Made()
    assert (await store.read((await keep(store)).track_id)).manifest is not None


async def test_a_rendition_without_a_file_is_missing(store: FolderStore) -> None:
    manifest = await keep(store)
    await keep_rendition(store, manifest, MP3, b"x")
    (store.folder(manifest.track_id, MP3) / "vocals.mp3").unlink()
    assert await store.read(manifest.track_id) == Made(manifest=manifest)


#: Exits while it keeps a track: at a call of `Path.replace`, or just after it.
DIER = """
import asyncio, os, signal, sys
from pathlib import Path
from jobs.store.folder import FolderStore
from tests.jobs.store.makers import keep
replace = Path.replace
def die(self, target):
    if sys.argv[2] == "after":
        replace(self, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.replace = die
asyncio.run(keep(FolderStore(Path(sys.argv[1]))))
"""


def _code_of_who_dies(store: FolderStore, when: str) -> int:
    return subprocess.run([sys.executable, "-c", DIER, store.root, when], check=False).returncode


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_killed_process_keeps_a_track_whole_or_not_at_all(store: FolderStore, when: str) -> None:
    assert _code_of_who_dies(store, when) == -signal.SIGKILL
    made = await store.read(manifest_of().track_id)
    assert (made.manifest is None) is (when == "before")
    assert len(store.workspace.sweep()) == 1
    again = await keep(store)
    assert (await store.read(again.track_id)).manifest == again


OUTSIDE = [
    "../../outside",
    "..",
    "",
    ".",
    "/no-such-folder",
    "a" * 23,
    "A" * 24,
    "a" * 24 + "\n",
    "a" * 23 + "é",
    "\0" * 24,
]


@pytest.mark.parametrize("id_", OUTSIDE)
async def test_an_invalid_track_id_makes_no_path(store: FolderStore, id_: str) -> None:
    """From any source: the queue, a note of another version, a manifest."""
    kept = await keep(store)
    outside = store.root.parent / "outside"
    outside.mkdir()
    (outside / "manifest.json").write_text(kept.model_dump_json())
    foreign = cast("TrackId", id_)
    for ask in (store.read, store.renew, store.forget):
        with pytest.raises(ValueError, match="no track id"):
            await ask(foreign)
    with pytest.raises(ValueError, match="no track id"):
        async with store.open(foreign, kept.stems):
            pass
    with pytest.raises(ValidationError):
        Manifest.model_validate_json(kept.model_dump_json().replace(kept.track_id, json.dumps(id_)[1:-1]))
    assert (outside / "manifest.json").exists()


async def test_a_manifest_of_another_track_is_ignored(store: FolderStore) -> None:
    one, two = await keep(store, SONG), await keep(store, OTHER)
    shutil.copy(store.folder(one.track_id) / "manifest.json", store.folder(two.track_id) / "manifest.json")
    assert (await store.read(one.track_id)).manifest == one
    assert (await store.read(two.track_id)).manifest is None


async def test_the_check_writes_to_the_store(store: FolderStore) -> None:
    await store.check()
    (store.root / "tracks").rmdir()
    with pytest.raises(FileNotFoundError):
        await store.check()


async def test_the_address_may_have_spaces(tmp_path: Path) -> None:
    store = open_store(Settings(_env_file=None, data=tmp_path, store=(tmp_path / "my store").as_uri()))
    manifest = await keep(store)
    assert (tmp_path / "my store" / "tracks" / manifest.track_id / "manifest.json").is_file()
