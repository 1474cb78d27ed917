"""A generation of the index that several processes write, each a part in a folder of its own, and that is then joined.

Tantivy keeps an index as segments, each whole in files of its own, and a list of them. Segments of the same fields can
lie in one folder whoever wrote them: parts are joined by moving their files and listing them all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.catalog.search.folder import META, replace_file

_MANAGED = ".managed.json"
"""Lists the files that tantivy may remove once no segment is theirs."""

_LOCKS = (".tantivy-meta.lock", ".tantivy-writer.lock")


def folder_of_part(generation: Path, number: int) -> Path:
    """Make the folder beneath a generation for one part of it."""
    made = generation / f"part-{number}"
    made.mkdir()
    return made


def join_parts(generation: Path, parts: Sequence[Path]) -> None:
    """Move what was committed in the folders of parts into their generation, and remove the folders.

    Nobody has them open. The list of segments is written last: before, there is no generation.
    """
    lists = [_read(part / META) for part in parts]
    managed: list[str] = []
    for part in parts:
        managed += _read(part / _MANAGED)
        for file in part.iterdir():
            if file.name in (META, _MANAGED, *_LOCKS):
                file.unlink()
            else:
                file.rename(generation / file.name)
        part.rmdir()
    whole = {
        **lists[0],
        "segments": [segment for each in lists for segment in each["segments"]],
        "opstamp": max(each["opstamp"] for each in lists),
    }
    replace_file(generation / _MANAGED, _written(sorted(set(managed))))
    replace_file(generation / META, _written(whole))


def _read(file: Path) -> Any:
    return json.loads(file.read_bytes())


def _written(content: object) -> bytes:
    return json.dumps(content).encode()
