"""Ports for processes that need a fixed port in advance."""

import random
import socket


def free_port() -> int:
    """A free port of the loopback interface, outside the range that the system assigns.

    Those begin at 32768, and tests beside this one, with all their connections, take many of them at any moment.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) != 0:
                return port
