"""Others among idle and slow clients: `python -m tests.bench.slow_clients` prints how long they wait.

A thousand connections stand that send nothing, or hardly anything, and forty new ones of these come every second.
Meanwhile somebody reads, at a steady rate however long the answers take.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import requests

from tests.running_system import RunningSystem

HELD, NEW_A_SECOND = 1_000, 40
READS_A_SECOND, SECONDS = 50, 30
PATHS = ("/api/v1/courses?limit=10", "/api/v1/classes?limit=10", "/api/v1/regions?limit=10")
HEAD = b"POST /api/v1/providers HTTP/1.1\r\nHost: balai.test\r\nContent-Type: application/json\r\n"
SLOW = (b"", HEAD + b"X-Slow: a", HEAD + b"Content-Length: 1000\r\n\r\n{")


def main() -> None:
    """Measure without them and among them."""
    with tempfile.TemporaryDirectory() as folder:
        system = RunningSystem(Path(folder), dialect="sqlite", databases={})
        try:
            print("alone:          ", _told(_read(system.address)))
            with ExitStack() as stack:
                over = threading.Event()
                crowd = threading.Thread(target=_crowd, args=(system.address, stack, over))
                crowd.start()
                time.sleep(5)
                print("among the slow: ", _told(_read(system.address)))
                over.set()
                crowd.join()
        finally:
            system.stop()


def _crowd(address: str, stack: ExitStack, over: threading.Event) -> None:
    """Hold a thousand connections, then bring new ones."""
    place = ("127.0.0.1", int(address.rpartition(":")[2]))
    number = 0
    while not over.wait(0 if number < HELD else 1 / NEW_A_SECOND):
        one = stack.enter_context(socket.create_connection(place))
        one.sendall(SLOW[number % len(SLOW)])
        number += 1


def _read(address: str) -> list[float]:
    """Read at a steady rate; return how long each answer took from when it was due."""
    began = time.monotonic()

    def one(number: int) -> float:
        due = began + number / READS_A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        answer = requests.get(address + PATHS[number % len(PATHS)], timeout=30)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} {answer.text}")
        return time.monotonic() - due

    with ThreadPoolExecutor(32) as pool:
        return sorted(pool.map(one, range(READS_A_SECOND * SECONDS)))


def _told(waits: list[float]) -> str:
    shares = {"p50": 0.5, "p99": 0.99}
    told = [
        f"{name} {waits[int(share * len(waits))] * 1000:.0f} ms" for name, share in shares.items()
    ]
    return ", ".join([*told, f"most {waits[-1] * 1000:.0f} ms, of {len(waits)}"])


if __name__ == "__main__":
    main()
