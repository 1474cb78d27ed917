"""Files of `NAME=value` lines that hold secrets: only their owner may read them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path


def load_or_create(path: Path, names: Iterable[str]) -> dict[str, str]:
    """Return a secret of 32 bytes, as 64 hexadecimal digits, for every name, from the file where it has one.

    What is missing is made and appended, so that a secret once used never changes.
    """
    known = read(path)
    missing = {name: secrets.token_hex(32) for name in names if name not in known}
    if missing:
        _write(path, missing, flags=os.O_APPEND)
    return known | missing


def read(path: Path) -> dict[str, str]:
    """Return what a file holds; nothing where there is no file."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines if line)}


def replace(path: Path, values: Mapping[str, str]) -> None:
    """Write a file anew."""
    _write(path, values, flags=os.O_TRUNC)


def _write(path: Path, values: Mapping[str, str], *, flags: int) -> None:
    # The mode is given with the creation: there is no moment in which others could read the file.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
