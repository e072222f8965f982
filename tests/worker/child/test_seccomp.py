"""The filters of both architectures, run step by step here: a kernel runs only those of its own architecture."""

import errno

import pytest

from worker.child.confinement.calls import ARCHITECTURES, number
from worker.child.confinement.seccomp import ABSENT, EXECUTION, NEVER, PROCESSES, SOCKETS, Ban, Step, program

ALLOWED, KILLED = 0x7FFF0000, 0x80000000
PID = 1234
ALONE, ONLINE = Ban(sockets=True, execution=True, processes=True), Ban(sockets=False, execution=False, processes=False)
#: read, write, openat, mmap, futex, exit_group: numbers of asm/unistd_64.h and of asm-generic/unistd.h.
USUAL = {"x86_64": (0, 1, 257, 9, 202, 231), "aarch64": (63, 64, 56, 222, 98, 94)}
THREAD, FORKED, NAMESPACE = 0x3D0F00, 0x1200011, 0x10000000
INET, UNIX, NETLINK, STREAM, RAW, CLOSED_ON_EXEC = 2, 1, 16, 1, 3, 0o2000000


def verdict(steps: list[Step], call: int, *given: int, architecture: int) -> int:
    """The filter's answer: ALLOWED, KILLED or the error number of a refusal."""
    data = {0: call, 4: architecture} | {16 + 8 * index: value & 0xFFFFFFFF for index, value in enumerate(given)}
    loaded, place = 0, 0
    while True:
        code, yes, no, operand = steps[place]
        place += 1
        match code:
            case 0x20:
                loaded = data.get(operand, 0)
            case 0x54:
                loaded &= operand
            case 0x15:
                place += yes if loaded == operand else no
            case 0x45:
                place += yes if loaded & operand else no
            case 0x06:
                return operand & 0xFFFF if operand & 0xFFFF0000 == 0x00050000 else operand
            case _:
                raise AssertionError(f"step {code:#x}")


class Filter:
    def __init__(self, machine: str, ban: Ban) -> None:
        self.machine, self.steps = machine, program(ban, machine, PID)

    def on(self, name: str, *given: int) -> int:
        found = number(name, self.machine)
        assert found is not None
        return verdict(self.steps, found, *given, architecture=ARCHITECTURES[self.machine])


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize("ban", [ALONE, ONLINE], ids=["alone", "online"])
def test_every_name_is_refused_and_usual_calls_are_not(machine: str, ban: Ban) -> None:
    tried = Filter(machine, ban)
    refused = [*NEVER, *(SOCKETS if ban.sockets else ()), *(EXECUTION if ban.execution else ())]
    refused += PROCESSES if ban.processes else ()
    here = [name for name in refused if number(name, machine) is not None]
    assert {tried.on(name) for name in here} == {errno.EPERM}
    assert {tried.on(name) for name in ABSENT} == {errno.ENOSYS}
    answers = [verdict(tried.steps, call, architecture=ARCHITECTURES[machine]) for call in USUAL[machine]]
    assert answers == [ALLOWED] * len(answers)


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_programs_of_another_architecture_are_killed(machine: str) -> None:
    steps = program(ALONE, machine, PID)
    other = next(known for name, known in ARCHITECTURES.items() if name != machine)
    assert verdict(steps, USUAL[machine][0], architecture=other) == KILLED
    assert verdict(steps, USUAL[machine][0], architecture=0x40000003) == KILLED, "x86 of 32 bits"
    if machine == "x86_64":
        assert verdict(steps, 0x40000000, architecture=ARCHITECTURES[machine]) == KILLED, "x32"


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_threads_are_allowed_and_processes_where_they_have_to_be(machine: str) -> None:
    alone, online = Filter(machine, ALONE), Filter(machine, ONLINE)
    assert [alone.on("clone", flags) for flags in (THREAD, FORKED)] == [ALLOWED, errno.EPERM]
    assert [online.on("clone", flags) for flags in (THREAD, FORKED)] == [ALLOWED, ALLOWED]
    assert online.on("clone", NAMESPACE) == errno.EPERM
    assert [alone.on("kill", pid) for pid in (PID, 1)] == [ALLOWED, errno.EPERM]
    assert [alone.on("prlimit64", pid) for pid in (0, PID, 1)] == [ALLOWED, ALLOWED, errno.EPERM]


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_sockets_are_tcp_and_udp_alone(machine: str) -> None:
    online = Filter(machine, ONLINE)
    assert online.on("socket", INET, STREAM | CLOSED_ON_EXEC, 0) == ALLOWED
    for family, kind, protocol in ((UNIX, STREAM, 0), (NETLINK, RAW, 0), (INET, RAW, 0), (INET, STREAM, 262)):
        assert online.on("socket", family, kind, protocol) == errno.EPERM
    assert online.on("sendto", 3, 0, 0, 0x20000000) == errno.EPERM, "a connection without `connect`"
