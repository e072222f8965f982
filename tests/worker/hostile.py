"""A child that a file has taken over: it attempts forbidden accesses. `python -m tests.worker.hostile`."""

import ctypes
import fcntl
import os
import platform
import resource
import signal
import socket
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from jobs.models import Value
from worker.child.child_side import Report, serve
from worker.child.confinement import UNCONFINED, Confinement
from worker.child.confinement.ground import readable
from worker.child.confinement.walls import Support, close_network, make_walls
from worker.child.tasks import Task


class Around(Value):
    """Its surroundings, made by a test. Servers listen on `port` and on `queue`, the Unix socket of a real queue."""

    home: Path  # with `.env`, and another person's upload
    workspace: Path
    song: Path  # which it may read
    queue: Path
    port: int
    parent: int


class Attempts(Task):
    """Try everything, behind `walls`; `offline`: after the network was closed, as a downloader does before decoding.
    `abi`: with the walls of a kernel that has this version of Landlock.
    """

    around: Around
    walls: Confinement | None
    offline: bool = False
    abi: int | None = None

    @property
    def confinement(self) -> Confinement | None:
        return self.walls if self.abi is None else UNCONFINED


class Spoils(Value):
    """The result of each attempt: the data that it got, or `refused: …`."""

    of: dict[str, str]


def _environment(around: Around) -> str:
    return Path(f"/proc/{around.parent}/environ").read_text()


def _memory(around: Around) -> str:
    with Path(f"/proc/{around.parent}/mem").open("rb"):
        return "opened"


def _listing(around: Around) -> str:
    return " ".join(path.name for path in around.home.iterdir())


def _through_symlink(around: Around) -> str:
    link = around.workspace / "link"
    link.symlink_to(around.home / ".env")
    return link.read_text()


def _through_link(around: Around) -> str:
    link = around.workspace / "hard"
    os.link(around.home / ".env", link)
    return link.read_text()


def _through_root(around: Around) -> str:
    return Path(f"/proc/{around.parent}/root{around.home}/.env").read_text()


def _moved(around: Around) -> str:
    os.replace(around.home / "upload", around.workspace / "upload")  # noqa: PTH105 - one call, one attempt
    return "moved"


def _removed(around: Around) -> str:
    (around.home / "spare").unlink()
    return "removed"


def _into_code(around: Around) -> str:
    place = Path(__file__).with_name("planted.py")
    place.write_text("")
    place.unlink()
    return "written"


def _queue(around: Around) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(around.queue))
        connection.sendall(b"PING\r\n")
        return connection.recv(100).decode()


def _tcp(around: Around) -> str:
    with socket.create_connection(("127.0.0.1", around.port), timeout=5):
        return "connected"


def _listens(around: Around) -> str:
    with socket.create_server(("127.0.0.1", 0)):
        return "listens"


def _abstract(around: Around) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.bind("\0fl-bt-test")
        return "bound"


def _runs(around: Around) -> str:
    return subprocess.run(["/bin/echo", "ran"], stdout=subprocess.PIPE, check=True).stdout.decode()


def _forks(around: Around) -> str:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return "forked"


def _signals(around: Around) -> str:
    os.kill(around.parent, signal.SIGCONT)
    return "sent"


def _limits(around: Around) -> str:
    return str(resource.prlimit(around.parent, resource.RLIMIT_NOFILE))


def _rights(around: Around) -> str:
    (around.home / ".env").chmod(0o600)
    return "changed"


def _times(around: Around) -> str:
    os.utime(around.home / ".env")
    return "changed"


def _cut(around: Around) -> str:
    os.truncate(around.home / "upload", 0)
    return "cut"


def _watches(around: Around) -> str:
    """Names of new and removed files, by inotify, which Landlock does not handle."""
    libc = ctypes.CDLL(None, use_errno=True)
    watching = libc.inotify_init1(0)
    if watching < 0 or libc.inotify_add_watch(watching, os.fsencode(around.home), 0xFFF) < 0:
        raise OSError(ctypes.get_errno(), "inotify")
    return "watching"


def _cores(around: Around) -> str:
    os.sched_setaffinity(around.parent, os.sched_getaffinity(around.parent))
    return "set"


def _priority_of_many(around: Around) -> str:
    os.setpriority(os.PRIO_PGRP, 0, os.getpriority(os.PRIO_PGRP, 0))
    return "set"


def _signals_by_file(around: Around) -> str:
    """A write into a pipe may send any signal to any process."""
    fcntl.fcntl(os.pipe()[0], fcntl.F_SETOWN, around.parent)
    return "set"


def _makes_a_pipe(around: Around) -> str:
    os.mkfifo(around.workspace / "pipe")
    return "made"


def _moves_inside(around: Around) -> str:
    (around.workspace / "inner").mkdir()
    (around.workspace / "inner" / "file").write_text("")
    (around.workspace / "inner" / "file").rename(around.workspace / "file")
    return "moved"


def _makes_a_device(around: Around) -> str:
    os.mknod(around.workspace / "log", stat.S_IFCHR | 0o600, os.makedev(1, 11))  # the kernel's
    return "made"


def _in_a_thread(around: Around) -> str:
    """Walls hold for later threads too."""
    got = ["refused: "]

    def run() -> None:
        got[0] = _tried(lambda _: (around.home / ".env").read_text(), around)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return got[0]


def _processes(around: Around) -> str:
    return " ".join(path.name for path in Path("/proc").iterdir())


def _new_session(around: Around) -> str:
    os.setsid()
    return "gone"


ATTEMPTS: dict[str, Callable[[Around], str]] = {
    "the parent's environment": _environment,
    "the parent's memory": _memory,
    "the settings": lambda around: (around.home / ".env").read_text(),
    "somebody's upload": lambda around: (around.home / "upload").read_text(),
    "the home folder": _listing,
    "a symlink to the settings": _through_symlink,
    "a link to the settings": _through_link,
    "the parent's root": _through_root,
    "moving an upload": _moved,
    "writing among our code": _into_code,
    "writing into the home folder": lambda around: str((around.home / "new").write_text("x")),
    "removing the settings": _removed,
    "the queue": _queue,
    "a TCP connection": _tcp,
    "listening": _listens,
    "an abstract socket": _abstract,
    "a program": _runs,
    "a process": _forks,
    "a signal to the parent": _signals,
    "the parent's limits": _limits,
    "the settings' mode": _rights,
    "the settings' times": _times,
    "cutting an upload": _cut,
    "watching the home folder": _watches,
    "the parent's cores": _cores,
    "the priority of many": _priority_of_many,
    "a file that signals to the parent": _signals_by_file,
    "a pipe with a name": _makes_a_pipe,
    "a device": _makes_a_device,
    "a thread": _in_a_thread,
    "the list of processes": _processes,
}
#: System calls that only an attack makes, with numbers on x86-64 and aarch64: (pid, …), flags or a command.
CALLS = {
    "ptrace": (101, 117, 0x4206, os.getppid(), 0, 0),  # PTRACE_SEIZE, which stops nobody
    "process_vm_readv": (310, 270, os.getppid(), 0, 0, 0),
    "io_uring_setup": (425, 425, 1, 0, 0, 0),
    "bpf": (321, 280, 0, 0, 0, 0),
    "keyctl": (250, 219, 0, -3, 0, 0),  # KEYCTL_GET_KEYRING_ID
    "unshare": (272, 97, 0x10000000, 0, 0, 0),
    "mount": (165, 40, 0, 0, 0, 0),
    "userfaultfd": (323, 282, 1, 0, 0, 0),
    "perf_event_open": (298, 241, 0, 0, 0, 0),
    "setsid": (112, 157, 0, 0, 0, 0),
    "prctl": (157, 167, 36, 0, 0, 0),  # PR_SET_CHILD_SUBREAPER
}


def work(attempts: Attempts, report: Report) -> Spoils:
    around = attempts.around
    if attempts.abi is not None:
        assert attempts.walls is not None
        ground = readable("tests.worker.hostile", online=bool(attempts.walls.ports))
        make_walls(attempts.walls, ground, Support(attempts.abi, seccomp=True)).impose()
    if attempts.offline:
        close_network()
    of = {name: _tried(attempt, around) for name, attempt in ATTEMPTS.items()}
    of |= {name: _called(*numbers) for name, numbers in CALLS.items()}
    of["its song"] = _tried(lambda _: around.song.read_text(), around)
    of["moving between its folders"] = _tried(_moves_inside, around)
    of["its workspace"] = _tried(lambda _: str((around.workspace / "made").write_text("made")), around)
    return Spoils(of=of)


def _tried(attempt: Callable[[Around], str], around: Around) -> str:
    try:
        return attempt(around)
    except OSError as error:
        return f"refused: {error!r}"


def _called(on_x86: int, on_arm: int, *given: int) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    number = on_x86 if platform.machine() == "x86_64" else on_arm
    result = libc.syscall(*(ctypes.c_long(each) for each in (number, *given)))
    return f"refused: {ctypes.get_errno()}" if result < 0 else "done"


if __name__ == "__main__":
    serve(Attempts, work)
