"""Asks one address as often as told, over kept connections: `python -m tests.faults.questions PORT PATH A_SECOND`.

It says `begun` when the first answer is there. At SIGTERM it says how many answers it had, and in how many seconds.
"""

import asyncio
import signal
import sys
import time
from typing import Final

CONNECTIONS: Final = 20


async def main(port: int, path: str, a_second: float) -> None:
    stop, answered, begun = asyncio.Event(), 0, time.monotonic()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def ask(number: int) -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        due = begun + number / a_second
        while not stop.is_set():
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            due = max(due, time.monotonic() - 1) + CONNECTIONS / a_second
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert head.startswith("http/1.1 200"), head
            await reader.readexactly(int(head.partition("content-length:")[2].partition("\r")[0]))
            answered += 1
            if answered == 1:
                sys.stdout.write("begun\n")
                sys.stdout.flush()
        writer.close()

    await asyncio.gather(*(ask(number) for number in range(CONNECTIONS)))
    sys.stdout.write(f"{answered} {time.monotonic() - begun}\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
