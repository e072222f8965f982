"""Weights: fetched whole or not at all, checked, and fetched once by several processes."""

import os
import tarfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.music.separation_models import MODELS
from tests.peers.release import Release, sha256, tar
from worker.child.messages import Step
from worker.separation.spleeter.weights import ARCHIVES, FILES, Archive, ensure_weights, have_weights

CONTENT = {name: name.encode() * 50_000 for name in FILES}


def archive_of(release: Release) -> Archive:
    return Archive(url=release.url, sha256=sha256(release.body))


@pytest.fixture
def release() -> Iterator[Release]:
    with Release(tar(CONTENT)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def left(models_dir: Path) -> list[str]:
    """The files beside the lock, hidden drafts included."""
    return sorted(path.name for path in models_dir.iterdir() if path.suffix != ".lock")


def content_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_fetched_once_with_progress_and_offline_afterwards(tmp_path: Path, release: Release) -> None:
    steps: list[Step] = []
    assert not have_weights("spleeter-4", tmp_path / "models")

    folder = ensure_weights("spleeter-4", tmp_path / "models", steps.append, archive=archive_of(release))

    assert content_of(folder) == CONTENT
    assert left(tmp_path / "models") == ["4stems"]
    assert steps[-1].fraction == 1
    assert {(step.note, step.bytes_) for step in steps} == {("model", len(release.body))}
    release.shutdown()
    release.server_close()
    assert ensure_weights("spleeter-4", tmp_path / "models", archive=archive_of(release)) == folder
    assert have_weights("spleeter-4", tmp_path / "models")


def test_an_answer_without_a_length_has_no_fraction(tmp_path: Path, release: Release) -> None:
    release.tells_length = False
    steps: list[Step] = []
    assert content_of(ensure_weights("spleeter-4", tmp_path, steps.append, archive=archive_of(release))) == CONTENT
    assert {step.fraction for step in steps} == {None}
    assert [step.alive for step in steps][-1] == len(release.body), "but that it goes on"


def test_every_model_has_an_archive_of_its_own() -> None:
    assert {name: archive.url.rpartition("/")[2] for name, archive in ARCHIVES.items()} == {
        name: f"{MODELS[name].key}.tar.gz" for name in MODELS if MODELS[name].family == "spleeter"
    }
    assert len({archive.sha256 for archive in ARCHIVES.values()}) == len(ARCHIVES)


def test_two_processes_at_once_fetch_once(tmp_path: Path, release: Release) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: ensure_weights("spleeter-4", tmp_path, archive=archive_of(release)), range(4)))

    assert len(folders) == 1
    assert content_of(folders.pop()) == CONTENT
    assert release.asked == 1


def test_half_a_download_is_not_kept(tmp_path: Path, release: Release) -> None:
    release.sent = len(release.body) // 2

    with pytest.raises(Failed) as failure:
        ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))

    assert failure.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert failure.value.failure.values == {"stems": 4}
    assert left(tmp_path) == []
    release.sent = len(release.body)
    assert content_of(ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))) == CONTENT


def test_a_wrong_hash_says_so_and_is_removed(tmp_path: Path, release: Release) -> None:
    another = archive_of(release).model_copy(update={"sha256": sha256(b"something else")})

    with pytest.raises(Failed) as failure:
        ensure_weights("spleeter-4", tmp_path, archive=another)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert sha256(release.body) in failure.value.failure.detail
    assert left(tmp_path) == []


def test_leftovers_of_a_killed_download_are_removed(tmp_path: Path, release: Release) -> None:
    (tmp_path / ".4stems-halfway").mkdir()
    (tmp_path / ".4stems-halfway" / "archive").write_bytes(b"half")

    ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))

    assert left(tmp_path) == ["4stems"]


def hostile(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = kind
    member.linkname = link
    return member


@pytest.mark.parametrize(
    "member",
    [
        hostile("../escaped"),
        hostile("/tmp/fl-bt-escaped"),
        hostile("model.meta", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("model.index", tarfile.LNKTYPE, "../../escaped"),
        hostile("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda member: member.name,
)
def test_only_the_checkpoint_is_extracted_from_an_archive(
    tmp_path: Path, release: Release, member: tarfile.TarInfo
) -> None:
    release.body = tar(CONTENT, member)
    release.sent = len(release.body)

    folder = ensure_weights("spleeter-4", tmp_path / "models", archive=archive_of(release))

    assert content_of(folder) == CONTENT
    assert not Path("/tmp/fl-bt-escaped").exists()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()) == sorted(
        [*FILES, "sealed.json", ".4stems.lock"]
    )


def test_a_changed_file_is_noticed_and_fetched_again(tmp_path: Path, release: Release) -> None:
    folder = ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))
    changed = bytearray(CONTENT["model.index"])
    changed[1000] ^= 1
    (folder / "model.index").write_bytes(changed)
    assert not have_weights("spleeter-4", tmp_path)

    with pytest.raises(Failed) as failure:
        ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert left(tmp_path) == []
    assert content_of(ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))) == CONTENT


def test_a_touched_file_is_intact(tmp_path: Path, release: Release) -> None:
    folder = ensure_weights("spleeter-4", tmp_path, archive=archive_of(release))
    os.utime(folder / "model.index", ns=(1, 1))

    assert ensure_weights("spleeter-4", tmp_path, archive=archive_of(release)) == folder
    assert release.asked == 1
