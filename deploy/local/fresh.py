"""`make fresh`: remove what a system on this machine keeps, so that the next start loads new sample data.

Secrets stay: databases that the environment names may hold what can be read with them only, and are left alone.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.folder_lock import FolderInUseError, only_one
from deploy.local.place import data_folder, secrets_file
from deploy.local.postgres import remove_server


def main(variables: Mapping[str, str]) -> int:
    """Remove everything but the secrets; return the exit code."""
    folder = data_folder(variables)
    try:
        with only_one(folder) as lock:
            _remove(folder, kept=(lock, secrets_file(folder)))
    except FolderInUseError as error:
        print(f"fresh: {error}", file=sys.stderr)
        return 1
    print(f"Nothing is left in {folder} but its secrets. The next make run begins anew.")
    return 0


def _remove(folder: Path, *, kept: tuple[Path, ...]) -> None:
    remove_server(folder / "postgres")
    for path in folder.iterdir():
        if path in kept:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


if __name__ == "__main__":
    sys.exit(main(os.environ))
