"""Only one system at a time over one folder of data."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderInUseError(Exception):
    """Another system is running over the same folder."""


@contextmanager
def only_one(folder: Path) -> Iterator[Path]:
    """Hold a folder for this process; give the lock's file. Raises `FolderInUseError` if another holds it.

    The kernel lets go when the process ends, however it ends: there is no stale lock to remove.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "lock"
    with lock.open("w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUseError(
                f"another system is running over {folder}; stop it first"
            ) from None
        yield lock
