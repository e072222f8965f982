"""The private Valkey keeps its data, has one owner, and ends with it."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from jobs.process.valkey import private_valkey
from tests.strangers import IS_ROOT, NOBODY, public

__all__ = ["public"]


def test_a_folder_keeps_the_data(tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        with private_valkey(tmp_path / "queue") as url, Redis.from_url(url.get_secret_value()) as redis:
            assert redis.get("word") == expected
            redis.set("word", "kept")


def test_a_folder_has_one_user(tmp_path: Path) -> None:
    with private_valkey(tmp_path), pytest.raises(RuntimeError, match="another fl-bt"), private_valkey(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    why = r"did not start: .*Not a directory: .*/file/queue"
    with pytest.raises(RuntimeError, match=why), private_valkey(tmp_path / "file" / "queue"):
        pass
    assert capfd.readouterr().err == "", "and no traceback"


@pytest.mark.parametrize("remembers", [True, False])
def test_a_long_temporary_path_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembers: bool
) -> None:
    """Paths of sockets must be short; folders for temporary files may be long, as on macOS."""
    far = tmp_path / ("far" * 30)
    far.mkdir()
    monkeypatch.setenv("TMPDIR", str(far))
    folder = tmp_path / "queue" if remembers else None
    with private_valkey(folder) as url, Redis.from_url(url.get_secret_value()) as redis:
        assert redis.ping()


@pytest.mark.parametrize("remembers", [True, False])
def test_folders_may_have_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembers: bool) -> None:
    """As in the data folder of macOS."""
    place = tmp_path / "Application Support 100 %?#"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    with private_valkey(place / "queue" if remembers else None) as url, Redis.from_url(url.get_secret_value()) as redis:
        assert redis.ping()


def test_a_relative_folder_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with private_valkey(Path("queue")) as url:
        monkeypatch.chdir("/")
        with Redis.from_url(url.get_secret_value()) as redis:
            assert redis.ping()


def guessed(folder: Path, temporary: Path) -> Path:
    """The predictable path of the socket in version 0.1.0."""
    digest = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return temporary / f"fl-bt-{os.getuid()}-{digest}"


@pytest.mark.parametrize("deep", [False, True], ids=["short", "long"])
@pytest.mark.parametrize("squatter", ["a link", "an open folder", *(["a folder of another"] if IS_ROOT else [])])
def test_another_user_cannot_occupy_the_socket(
    public: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, squatter: str, deep: bool
) -> None:
    """Another user's files at the path neither stop the start nor move the socket to where they can connect."""
    public.chmod(0o1777)
    monkeypatch.setenv("TMPDIR", str(public))
    folder = (tmp_path / ("deep" * 25) if deep else tmp_path) / "queue"
    folder.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = guessed(folder, public)
    for squatted in (place, public / "noted"):
        match squatter:
            case "a link":
                squatted.symlink_to(elsewhere)
            case "an open folder":
                squatted.mkdir()
                squatted.chmod(0o777)
            case _:
                squatted.mkdir(0o700)
                os.chown(squatted, NOBODY, NOBODY)
    (folder / "socket").write_text(str(public / "noted"))  # of an earlier run; removed by a restart of the machine
    with private_valkey(folder) as url, Redis.from_url(url.get_secret_value()) as redis:
        assert redis.ping()
        socket = Path(redis.connection_pool.connection_kwargs["path"])
        assert socket.is_socket()
        assert socket.parent == folder or socket.parent.name.startswith("fl-bt-")
        assert socket.parent.lstat().st_mode & 0o7777 == 0o700
        assert socket.stat().st_mode & 0o077 == 0
        assert list(elsewhere.iterdir()) == []
        assert [path for squatted in (place, public / "noted") for path in squatted.iterdir()] == []


@pytest.mark.faults
def test_a_guard_that_is_killed_leaves_no_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = psutil.Process().children()
    with private_valkey() as url, Redis.from_url(url.get_secret_value()) as redis:
        assert redis.ping()
        (guard,) = set(psutil.Process().children()) - set(before)
        guard.kill()
    assert list(tmp_path.iterdir()) == []


OWNER = """
import sys, time
from jobs.process.valkey import private_valkey
from pathlib import Path
with private_valkey(Path(sys.argv[1])) as url:
    print(url.get_secret_value(), flush=True)
    time.sleep(60)
"""


@pytest.mark.faults
@pytest.mark.parametrize("victim", ["owner", "guard"])
def test_kill_9_of_owner_or_guard_leaves_a_folder_that_opens_again(tmp_path: Path, victim: str) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        with Redis.from_url(url) as redis:
            redis.set("word", "kept")
            redis.execute_command("WAITAOF", 1, 0, 2000)
        tree = psutil.Process(owner.pid).children(recursive=True)
        guard = next(process for process in tree if "jobs.process.valkey_guard" in process.cmdline())
        guard.kill() if victim == "guard" else owner.kill()
        if victim == "guard":
            owner.kill()
        else:
            psutil.wait_procs(tree, timeout=120)
            assert not any(process.is_running() and process.status() != "zombie" for process in tree)
    time.sleep(0.1)
    with private_valkey(tmp_path) as again, Redis.from_url(again.get_secret_value()) as redis:
        assert redis.get("word") == b"kept"
    assert not [process for process in tree if process.is_running() and process.status() != "zombie"]


@pytest.mark.faults
def test_a_server_killed_while_starting_is_started_again(tmp_path: Path) -> None:
    with private_valkey(tmp_path) as url:
        killed: set[int] = set()
        for _ in range(3):
            killed.add(_kill_server_of(tmp_path, killed).pid)
        for attempt in range(600):
            with contextlib.suppress(RedisConnectionError), Redis.from_url(url.get_secret_value()) as redis:
                assert redis.ping()
                break
            time.sleep(0.05)
            assert attempt < 599


def _kill_server_of(folder: Path, but: set[int]) -> psutil.Process:
    """Kills the folder's server as soon as there is a new one."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if process.pid not in but and process.name() == "valkey-server" and process.cwd() == str(folder):
                    process.kill()
                    return process
    raise AssertionError("no server was started again")


@pytest.mark.faults
def test_a_killed_server_is_started_again_with_its_data(tmp_path: Path) -> None:
    with private_valkey(tmp_path) as url, Redis.from_url(url.get_secret_value()) as redis:
        redis.set("word", "kept")
        redis.execute_command("WAITAOF", 1, 0, 2000)
        server = int(redis.info("server")["process_id"])
        psutil.Process(server).kill()
        for _ in range(600):
            with contextlib.suppress(RedisConnectionError):
                assert redis.get("word") == b"kept"
                break
            time.sleep(0.1)
        assert redis.info("server")["process_id"] != server


def test_neither_guard_nor_server_gets_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLBT_TELEGRAM_TOKEN", "123456:secret")
    before = set(psutil.Process().children(recursive=True))
    with private_valkey(tmp_path / "queue"):
        started = set(psutil.Process().children(recursive=True)) - before
        assert len(started) >= 2
        assert [one.name() for one in started if "FLBT_TELEGRAM_TOKEN" in one.environ()] == []
