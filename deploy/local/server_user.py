"""Whom a PostgreSQL server runs as: it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ServerUser:
    """An account of this machine, by its numbers."""

    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Tell whether this user can reach a folder: every folder above it can be passed through."""
        return all(self._may_pass(each) for each in (folder, *folder.parents) if each.exists())

    def give(self, path: Path) -> None:
        """Make a file or folder this user's own."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _may_pass(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_user(data: Path) -> ServerUser | None:
    """Return the account a server over this data folder must be switched to, None where it may stay who we are.

    Data that exists already keeps its owner: an account that appears later, as with Debian's package, changes nothing.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        status = data.stat()
        return ServerUser(uid=status.st_uid, gid=status.st_gid)
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(uid=account.pw_uid, gid=account.pw_gid)
    raise LookupError(
        "PostgreSQL does not run as root, and there is neither a user postgres nor nobody"
    )


def copy_for(user: ServerUser, folder: Path, target: Path) -> Path:
    """Copy a folder to where a user can reach it, unless it was copied before. Returns the copy."""
    if not target.exists():
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            user.give(path)
        unfinished.rename(target)
    return target
