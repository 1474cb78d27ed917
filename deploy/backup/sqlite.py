"""Copy a SQLite database that may be in use: `python deploy/backup/sqlite.py SOURCE TARGET`, to save and to restore.

The copy is of one moment, is looked over, and is on the disk when the command succeeds. A target that exists is never
written over. Needs Python alone.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path


class CopyFailed(Exception):
    """There is no sound copy; the message says why."""


def copy(source: Path, target: Path) -> None:
    """Copy a database. Raises `CopyFailed`, and leaves no target then."""
    if not source.is_file():
        raise CopyFailed(f"{source} is not there")
    if target.exists():
        raise CopyFailed(f"{target} exists; it is not written over")
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _fill(unfinished, source)
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise CopyFailed(str(error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
    _put_on_disk(target.parent)


def _fill(target: Path, source: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as given,
        closing(sqlite3.connect(target)) as made,
    ):
        given.backup(made)
        found = made.execute("pragma integrity_check").fetchone()[0]
        if found != "ok":
            raise CopyFailed(f"{source} is damaged: {found}")
        # One file, not two: what copies it further need know of no other.
        made.execute("pragma journal_mode=delete")
    _put_on_disk(target)


def _put_on_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main(arguments: Sequence[str]) -> int:
    """Copy what the command line names; return the exit code."""
    if len(arguments) != 2:
        sys.stderr.write("sqlite: give SOURCE and TARGET\n")
        return 2
    try:
        copy(Path(arguments[0]), Path(arguments[1]))
    except CopyFailed as error:
        sys.stderr.write(f"sqlite: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
