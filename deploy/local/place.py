"""Where a system on this machine keeps what is its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.local.process import ROOT


def data_folder(variables: Mapping[str, str]) -> Path:
    """Return the folder of databases, secrets and logs: VAR, or `var` in the tree."""
    return Path(variables.get("VAR") or ROOT / "var").absolute()


def secrets_file(folder: Path) -> Path:
    """Return the file with all secrets. What databases hold can be read with these secrets only."""
    return folder / "secrets.env"


def settings_file(folder: Path, service: str) -> Path:
    """Return the file with a service's settings, as it runs now: whoever reads that of accounts can sign tokens."""
    return folder / f"{service}.env"


def search_index(folder: Path, dialect: str) -> Path:
    """Return the folder of the catalogue's search index; each kind of database has one of its own."""
    return folder / f"search-{dialect}"
