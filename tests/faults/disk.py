"""A small disk of its own for what a test writes, which can be made to be full."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = 1024 * 1024 * 1024
_MAY_MOUNT = 21
"""The number of the capability that mounting needs (CAP_SYS_ADMIN)."""


def may_mount() -> bool:
    """Tell whether a disk can be mounted here: as root, and not in a container without the right to."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    rights = next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(int(rights, 16) >> _MAY_MOUNT & 1) and shutil.which("mount") is not None


@dataclass(frozen=True)
class SmallDisk:
    """A file system in memory, mounted at a folder."""

    folder: Path

    def fill(self) -> None:
        """Let it have no more room than what is in use already."""
        for _ in range(100):
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            # Somebody may have written meanwhile, and a disk cannot be smaller than what is on it.
            if self._resize(used) and self.is_full:
                return
        raise OSError(f"{self.folder} cannot be made to be full")

    def empty(self) -> None:
        """Give it its room back."""
        if not self._resize(SIZE):
            raise OSError(f"{self.folder} cannot be made larger")

    @property
    def is_full(self) -> bool:
        """Tell whether nothing more can be written."""
        return os.statvfs(self.folder).f_bavail == 0

    def _resize(self, size: int) -> bool:
        options = f"remount,size={size}"
        done = subprocess.run(
            ["mount", "-o", options, str(self.folder)], capture_output=True, check=False
        )
        return done.returncode == 0


@contextmanager
def mounted(folder: Path) -> Iterator[SmallDisk]:
    """Mount a disk at a folder for the time of a block."""
    folder.mkdir()
    options = f"size={SIZE},mode=0755"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
