"""The private Valkey keeps what it was told, belongs to one, and leaves with its owner."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from jobs.embedded import private_valkey


def test_with_a_folder_it_remembers(tmp_path: Path) -> None:
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
def test_a_long_way_to_temporary_things_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembers: bool
) -> None:
    """Paths of sockets are short by nature; folders for temporary things need not be, as on macOS."""
    far = tmp_path / ("far" * 30)
    far.mkdir()
    monkeypatch.setenv("TMPDIR", str(far))
    folder = tmp_path / "queue" if remembers else None
    with private_valkey(folder) as url, Redis.from_url(url.get_secret_value()) as redis:
        assert redis.ping()


OWNER = """
import sys, time
from jobs.embedded import private_valkey
from pathlib import Path
with private_valkey(Path(sys.argv[1])) as url:
    print(url.get_secret_value(), flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("victim", ["owner", "guard"])
def test_kill_9_of_owner_or_guard_leaves_a_folder_that_opens_again(tmp_path: Path, victim: str) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        with Redis.from_url(url) as redis:
            redis.set("word", "kept")
            redis.execute_command("WAITAOF", 1, 0, 2000)
        tree = psutil.Process(owner.pid).children(recursive=True)
        guard = next(process for process in tree if "jobs.embedded" in process.cmdline())
        guard.kill() if victim == "guard" else owner.kill()
        if victim == "guard":
            owner.kill()
        else:
            psutil.wait_procs(tree, timeout=10)
            assert not any(process.is_running() and process.status() != "zombie" for process in tree)
    time.sleep(0.1)
    with private_valkey(tmp_path) as again, Redis.from_url(again.get_secret_value()) as redis:
        assert redis.get("word") == b"kept"
    assert not [process for process in tree if process.is_running() and process.status() != "zombie"]


def test_a_server_that_is_killed_on_its_way_back_comes_back_all_the_same(tmp_path: Path) -> None:
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
    """Kill the folder's server as soon as there is one that has not been killed before."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if process.pid not in but and process.name() == "valkey-server" and process.cwd() == str(folder):
                    process.kill()
                    return process
    raise AssertionError("no server was started again")


def test_a_killed_server_comes_back_with_what_it_knew(tmp_path: Path) -> None:
    with private_valkey(tmp_path) as url, Redis.from_url(url.get_secret_value()) as redis:
        redis.set("word", "kept")
        redis.execute_command("WAITAOF", 1, 0, 2000)
        server = int(redis.info("server")["process_id"])
        psutil.Process(server).kill()
        for _ in range(100):
            with contextlib.suppress(RedisConnectionError):
                assert redis.get("word") == b"kept"
                break
            time.sleep(0.1)
        assert redis.info("server")["process_id"] != server
