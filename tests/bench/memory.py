"""How much memory processes take: PSS, in which what several share is counted once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
_OWN = re.compile(r"^Anonymous:\s+(\d+) kB", re.MULTILINE)
_PARENT = re.compile(r"^PPid:\s+(\d+)", re.MULTILINE)


def family(pids: Iterable[int]) -> list[int]:
    """Return processes with all their descendants."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            match = _PARENT.search(status.read_text(encoding="ascii", errors="replace"))
        except OSError:
            continue  # the process ended while we looked
        if match:
            children.setdefault(int(match[1]), []).append(int(status.parent.name))
    found: list[int] = []
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def pss_megabytes(pid: int) -> float:
    """Return the proportional set size of one process, in MB; 0 where it has ended."""
    return _told(pid, _PSS)


def own_megabytes(pid: int) -> float:
    """Return what one process has made for itself in memory, in MB; 0 where it has ended.

    Libraries do not count, of which a process has the more the fewer others share them.
    """
    return _told(pid, _OWN)


def _told(pid: int, what: re.Pattern[str]) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    match = what.search(text)
    return int(match[1]) / 1024 if match else 0.0
