"""Ports for processes that need a fixed port in advance."""

import random
import socket

#: Holds the ports given out, until this process ends: one socket of the other protocol on each.
_given: list[socket.socket] = []


def free_port() -> int:
    """A free port of the loopback interface, outside the range that the system assigns.

    Those begin at 32768, and tests beside this one, with all their connections, take many of them at any moment.
    A port is given out once: not to another caller before the first one listens, in no process of the test run.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        given = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as tried:
            if _bound(given, port) and tried.connect_ex(("127.0.0.1", port)) != 0:
                _given.append(given)
                return port
        given.close()


def _bound(to: socket.socket, port: int) -> bool:
    try:
        to.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
