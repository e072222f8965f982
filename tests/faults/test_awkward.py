"""Every awkward file through the whole worker: stems or a reason, and no leftovers."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from jobs.models import Encoding, Format, Order, Rendition
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.lies import xing
from tests.sounds import AWKWARD, Awkward, encode, music
from tests.weights import models_dir
from tests.worker.audio.test_joined import COARSE, FINE
from tests.worker.track_fixture import ask, bring, seen, work_off
from worker.audio.reading import open_song

__all__ = ["models_dir"]

FLAC = Order(format=Format.FLAC)


def _forty_minutes(folder: Path) -> Path:
    """One second of a mix, with the header of the whole mix."""
    content = bytearray(encode(folder / "cut.mp3", music(1), "libmp3lame", "mp3").read_bytes())
    xing(content, 2400)
    path = folder / "mix.mp3"
    path.write_bytes(content)
    return path


def _joined(folder: Path) -> Path:
    path = folder / "both.ogg"
    path.write_bytes(COARSE.read_bytes() + FINE.read_bytes())
    return path


FILES = (*AWKWARD, Awkward("1 s that says 40 minutes", _forty_minutes), Awkward("joined Vorbis", _joined))


@pytest.mark.faults
async def test_every_awkward_file_ends_in_stems_or_a_reason(
    queue: JobQueue, store: FolderStore, tmp_path: Path, models_dir: Path, valkey_server: SecretStr
) -> None:
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    requests = {}
    for awkward in FILES:
        folder = tmp_path / "files" / awkward.name
        folder.mkdir(parents=True)
        requests[awkward.name] = ask(await bring(store, awkward.make(folder)), FLAC)
        await queue.submit(requests[awkward.name])
    await work_off(settings, valkey_server)
    for awkward in FILES:
        request = requests[awkward.name]
        view = await seen(queue, request)
        reason = view.failure.reason if view.failure else None
        assert (awkward.name, view.phase, reason) == (
            awkward.name, RequestPhase.FAILED if awkward.reason else RequestPhase.READY, awkward.reason
        )  # fmt: skip
        if awkward.reason is None:
            manifest = (await store.read(request.track_id)).manifest
            rendered = (await store.read(request.track_id)).rendered(Rendition(encoding=Encoding(format=Format.FLAC)))
            assert manifest is not None
            assert rendered is not None
            for file in rendered.files:
                path = store.folder(request.track_id, rendered.rendition) / file.name
                with open_song(path) as song:
                    assert sum(len(block) for block in song.blocks()) == manifest.samples
    assert list((store.root / "work").iterdir()) == []
