"""Filters of system calls (https://docs.kernel.org/userspace-api/seccomp_filter.html), built here as BPF.

A filter lists refused calls, not allowed ones: runtimes (Python, OpenVINO, TensorFlow, Node) need other calls in each
version. A refused call returns EPERM, like missing permission.
"""

import ctypes
import errno
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from worker.child.confinement.calls import ARCHITECTURES, architecture, call, number

#: No child needs these.
NEVER: Final = (
    "ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_send_signal", "pidfd_open", "pidfd_getfd",
    "process_madvise", "process_mrelease", "migrate_pages", "move_pages", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "sched_setparam", "sched_setscheduler", "sched_setattr", "ioprio_set", "setpgid", "setsid",
    "shmget", "shmat", "shmctl", "semget", "semop", "semctl", "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl",
    "mq_open", "mq_unlink",
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "setxattrat", "removexattrat", "utime", "utimes",
    "futimesat", "utimensat", "truncate", "file_setattr", "name_to_handle_at", "open_by_handle_at", "fanotify_init",
    "inotify_init", "inotify_init1", "inotify_add_watch", "mknod", "mknodat",
    "bpf", "perf_event_open", "userfaultfd", "add_key", "request_key", "keyctl", "memfd_secret", "personality",
    "modify_ldt", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "unshare", "setns", "setuid", "setgid", "setreuid", "setregid", "setresuid",
    "setresgid", "setfsuid", "setfsgid", "setgroups", "capset", "init_module", "delete_module", "finit_module",
    "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "settimeofday",
    "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog", "iopl", "ioperm",
    "vhangup", "socketpair", "bind", "listen", "accept", "accept4",
)  # fmt: skip
#: Refused like unknown calls (ENOSYS), so that libraries use older ones.
ABSENT: Final = ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone3")
SOCKETS: Final = ("socket", "connect", "sendto", "sendmsg", "sendmmsg")
EXECUTION: Final = ("execve", "execveat")
PROCESSES: Final = ("fork", "vfork")

_SET_FILTER, _ALL_THREADS = 1, 1
_AVAILABLE: Final = 2  # the operation that checks for an action

# struct seccomp_data: offsets of the call's number, the architecture and each argument's lower half
_NUMBER, _ARCHITECTURE = 0, 4
_LOAD, _IS, _HAS, _AND, _ANSWER = 0x20, 0x15, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_X32: Final = 0x40000000  # the bit of x32 calls on x86-64

_INET, _INET6, _STREAM, _DATAGRAM, _TCP, _UDP = 2, 10, 1, 2, 6, 17
_KIND: Final = 0xF  # mask of a socket's type; the other bits are flags
_FAST_OPEN: Final = 0x20000000  # a connection without `connect`
_THREAD: Final = 0x00010000
_NAMESPACES: Final = 0x7E020000
_SIBLING: Final = 0x00008000  # CLONE_PARENT: a process outside of our descendants
_SIGNALS_OF_FILES: Final = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: target and number of a file's signals
_OWNERS_OF_FILES: Final = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP: target of a file's signals
_SET_SUBREAPER: Final = 36

Step = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


class Ban(NamedTuple):
    """Calls to refuse beside NEVER."""

    sockets: bool
    execution: bool
    processes: bool


class _Instruction(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("k", ctypes.c_uint32)]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Instruction))]


def available() -> bool:
    """Whether filters can be set on this system."""
    machine = architecture()
    if machine is None:
        return False
    try:
        call(number("seccomp", machine), _AVAILABLE, 0, ctypes.byref(ctypes.c_uint32(_ERRNO)))
    except OSError:
        return False
    return True


def program(ban: Ban, machine: str, pid: int) -> list[Step]:
    """The filter's steps, for process `pid` of an architecture in `ARCHITECTURES`."""
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IS, 1, 0, ARCHITECTURES[machine]),
        (_ANSWER, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        steps += [(_HAS, 0, 1, _X32), (_ANSWER, 0, 0, _KILL)]
    refused = [*NEVER]
    refused += SOCKETS if ban.sockets else ()
    refused += EXECUTION if ban.execution else ()
    refused += PROCESSES if ban.processes else ()
    for names, code in ((refused, errno.EPERM), (ABSENT, errno.ENOSYS)):
        for name in names:
            if (one := number(name, machine)) is not None:
                steps += [(_IS, 0, 1, one), (_ANSWER, 0, 0, _ERRNO | code)]
    for name, tests in _conditions(ban, pid):
        one = number(name, machine)
        assert one is not None
        steps += [(_IS, 0, len(tests), one), *tests]
    return [*steps, (_ANSWER, 0, 0, _ALLOW)]


def impose(steps: Sequence[Step]) -> None:
    """Imposes a filter on every thread from now on. New privileges must have been given up. Raises `OSError`."""
    machine = architecture()
    assert machine is not None
    filled = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    filter_ = _Program(len(steps), filled)
    call(number("seccomp", machine), _SET_FILTER, _ALL_THREADS, ctypes.byref(filter_))


# --- calls that depend on their arguments ------------------------------------------------------------------------


def _conditions(ban: Ban, pid: int) -> Iterator[tuple[str, list[Step]]]:
    """Names of calls and their steps, which end with an answer in every case."""
    yield "prlimit64", _only(0, (0, pid))
    yield "setpriority", [*_also(0, (0,)), *_only(1, (0,))]  # of this process only: no group, no user
    yield "sched_setaffinity", _only(0, (0, pid))
    yield "fcntl", _never(1, _SIGNALS_OF_FILES)
    yield "ioctl", _never(1, _OWNERS_OF_FILES)
    yield "prctl", _never(0, (_SET_SUBREAPER,))
    if ban.processes:
        # Signals to this process, as `abort` sends; for more processes, Landlock bounds signals.
        yield "kill", _only(0, (pid,))
        yield "tgkill", _only(0, (pid,))
        yield "clone", [_argument(0), (_HAS, 1, 0, _THREAD), _REFUSE, _GRANT]
    else:
        yield "clone", [_argument(0), (_HAS, 0, 1, _NAMESPACES | _SIBLING), _REFUSE, _GRANT]
    if not ban.sockets:
        # TCP, and UDP for look-ups of names. Landlock's ports do not bound other kinds of sockets.
        yield "socket", [*_also(0, (_INET, _INET6)), *_also(1, (_STREAM, _DATAGRAM), _KIND), *_only(2, (0, _TCP, _UDP))]
        yield "sendto", [_argument(3), (_HAS, 0, 1, _FAST_OPEN), _REFUSE, _GRANT]
        yield "sendmsg", [_argument(2), (_HAS, 0, 1, _FAST_OPEN), _REFUSE, _GRANT]
        yield "sendmmsg", [_argument(3), (_HAS, 0, 1, _FAST_OPEN), _REFUSE, _GRANT]


_REFUSE: Final[Step] = (_ANSWER, 0, 0, _ERRNO | errno.EPERM)
_GRANT: Final[Step] = (_ANSWER, 0, 0, _ALLOW)


def _argument(index: int) -> Step:
    """Loads an argument's lower half, which is first on little-endian machines, as both of ours are."""
    return (_LOAD, 0, 0, 16 + 8 * index)


def _also(index: int, allowed: Sequence[int], mask: int = 0) -> list[Step]:
    """Refuses unless an argument, or its bits under `mask`, is among `allowed`; else continues."""
    tests: list[Step] = [(_IS, len(allowed) - place, 0, value) for place, value in enumerate(allowed)]
    return [_argument(index), *([(_AND, 0, 0, mask)] if mask else []), *tests, _REFUSE]


def _only(index: int, allowed: Sequence[int]) -> list[Step]:
    return [*_also(index, allowed), _GRANT]


def _never(index: int, refused: Sequence[int]) -> list[Step]:
    """Refuses if an argument is among `refused`, else allows."""
    tests: list[Step] = [(_IS, len(refused) - place, 0, value) for place, value in enumerate(refused)]
    return [_argument(index), *tests, _GRANT, _REFUSE]
