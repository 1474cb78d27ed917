"""What the kernel knows of running processes."""

from __future__ import annotations

from pathlib import Path


def children_of(pid: int) -> set[int]:
    """Return the processes that a process has started and that still run."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return {int(child) for child in text.split()}


def open_files(pid: int) -> int:
    """Return how many files, connections among them, a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
