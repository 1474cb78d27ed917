"""Where a system on this machine keeps what is its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.process import ROOT


def data_folder(variables: Mapping[str, str]) -> Path:
    """Return the folder of databases, secrets and logs: VAR, or `var` in the tree."""
    return Path(variables.get("VAR") or ROOT / "var").absolute()


def accounts_file(folder: Path) -> Path:
    """Return the file with the settings of accounts, as it runs now: whoever reads it can sign tokens."""
    return folder / "accounts.env"


def search_index(folder: Path, dialect: str) -> Path:
    """Return the folder of the catalogue's search index; each kind of database has one of its own."""
    return folder / f"search-{dialect}"
