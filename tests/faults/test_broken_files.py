"""Two hundred broken files through the real decoder, and a handful through the whole worker: sound, or a reason.

`FUZZ_SEED=7` is another two hundred, `FUZZ_FILES=5000` a night's work.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from jobs.failures import Reason
from jobs.models import Encoding, Format, Order, Rendition
from jobs.progress import RequestPhase
from jobs.queue.requests import JobQueue
from jobs.settings import Settings
from jobs.store.folder import FolderStore
from tests.faults.broken import HARMLESS, broken_files, whole_files
from tests.faults.decoder import Fates, Files
from tests.sounds import listen
from tests.weights import models_dir
from tests.worker.track_fixture import ask, bring, seen, work_off
from worker.audio.level import BEYOND_REASON, INTEGERS_FROM
from worker.child.parent_side import run_child

__all__ = ["models_dir"]

SEED = int(os.environ.get("FUZZ_SEED", "1"))
FILES = int(os.environ.get("FUZZ_FILES", "200"))
SONGS = 5  # files through the whole worker
MOST_SECONDS = 20  # for one file, on a busy machine
MOST_MB = 300  # of one file, beside the libraries

ROUNDING = 1.01
DOWNMIX = 1 + 2 * 0.5**0.5  # the largest gain of 5.1 in stereo

#: Reasons for a broken file, which is neither a bug nor a lack of memory.
REASONS = {Reason.NOT_AUDIO, Reason.NO_SOUND, Reason.EMPTY, Reason.TOO_LONG}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return whole_files(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def broken(whole: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return list(broken_files(whole, tmp_path_factory.mktemp("broken"), FILES, SEED))


@pytest.mark.faults
@pytest.mark.timeout(60 + FILES)
async def test_broken_files_are_sound_or_a_reason(
    whole: list[Path], broken: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    task = Files(paths=tuple(broken), max_seconds=1800, seconds=MOST_SECONDS)
    met = await run_child("tests.faults.decoder", task, Fates, lambda _: None, deadline=60 + FILES)
    ends = Counter(str(fate.failure.reason) if fate.failure else "sound" for fate in met.fates if not fate.signal)
    took, peak = max(fate.took for fate in met.fates), max(fate.peak_mb for fate in met.fates)
    heard = {path.name: fate.loudest for path, fate in zip(broken, met.fates, strict=True)}
    loudest = max(float(np.abs(listen(path)).max()) for path in whole)
    louder = sum(each > loudest * ROUNDING for each in heard.values())
    most = 20 * np.log10(max(heard.values()))
    with capsys.disabled():
        print(  # noqa: T201 - the figures of docs/reliability.md
            f"\n{FILES} broken files, seed {SEED}: {dict(ends)}; at most {took:.2f} s, {peak - met.before_mb:.0f} MB;"
            f" {louder} louder than any whole one, the loudest {most:+.0f} dB full scale"
        )
    died = {path.name: fate.signal for path, fate in zip(broken, met.fates, strict=True) if fate.signal}
    assert died == {}
    reasons = {path.name: fate.failure for path, fate in zip(broken, met.fates, strict=True) if fate.failure}
    assert {name: failure for name, failure in reasons.items() if failure.reason not in REASONS} == {}
    # Files with unchanged samples are no louder. Damaged codec data and floats may be, up to the limit of levels.
    harmless = {name: each for name, each in heard.items() if name.split("-")[1] in HARMLESS}
    assert {name: each for name, each in harmless.items() if each > loudest * ROUNDING} == {}
    limits = {name: INTEGERS_FROM if name.endswith("float.wav") else BEYOND_REASON * DOWNMIX for name in heard}
    assert {name: each for name, each in heard.items() if each > limits[name]} == {}
    assert peak < met.before_mb + MOST_MB
    assert ends["sound"] > 0
    assert ends["not_audio"] > 0


@pytest.mark.faults
async def test_broken_files_through_the_whole_worker(
    broken: list[Path],
    queue: JobQueue,
    store: FolderStore,
    tmp_path: Path,
    models_dir: Path,
    valkey_server: SecretStr,
) -> None:
    settings = Settings(_env_file=None, data=tmp_path, store=store.root.as_uri(), models=models_dir)
    requests = [ask(await bring(store, path), Order(format=Format.FLAC)) for path in broken[:: len(broken) // SONGS]]
    for request in requests:
        await queue.submit(request)
    await work_off(settings, valkey_server)
    for request in requests:
        view = await seen(queue, request)
        if view.phase is RequestPhase.READY:
            assert (await store.read(request.track_id)).rendered(
                Rendition(encoding=Encoding(format=Format.FLAC))
            ) is not None
        else:
            assert view.failure is not None
            assert view.failure.reason in REASONS
    assert list((store.root / "work").iterdir()) == []
