"""Secrets of one machine: made once, kept in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path


def load_or_create(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a secret of 32 bytes, as 64 hexadecimal digits, for every name, from the file where it has one.

    What is missing is made and appended, so that a secret once used never changes.
    """
    known = _read(path)
    missing = {name: secrets.token_hex(32) for name in names if name not in known}
    if missing:
        _append(path, missing)
    return known | missing


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = path.read_text(encoding="ascii").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines if line)}


def _append(path: Path, values: dict[str, str]) -> None:
    # The mode is given with the creation: there is no moment in which others could read the file.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
