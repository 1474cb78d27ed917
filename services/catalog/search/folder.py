"""The folder that holds the index: generations side by side, and a pointer to the one in use.

`current-<version>` names the generation that processes of that version of the index read; it is replaced in one step.
A generation is a folder of tantivy's files and of `state.json`, which says how far it has come. That is written after
tantivy's commit: after a crash in between, what was done is done once more, which changes nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from chassis.clock import read_instant, write_instant
from services.catalog.search import schema

_POINTER = "current-"
_GENERATION = "generation-"
_STATE = "state.json"
META = "meta.json"
"""Lists the segments of a generation; tantivy writes it with each commit."""

_FOOTER = struct.Struct("<II")
_FOOTER_MARK = 1337
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class IndexState:
    """What an index holds: of which journal, up to which entry and its hash, and up to when classes were closed."""

    epoch: str
    position: int
    digest: str | None
    closed_until: datetime


class IndexFolder:
    """The folder. One worker writes in it, any number of processes read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def current(self) -> Path | None:
        """Return the generation in use; None where there is none yet."""
        try:
            name = self._pointer.read_text(encoding="ascii")
        except (OSError, ValueError):
            return None
        found = self._path / name
        return found if name.startswith(_GENERATION) and found.is_dir() else None

    def begin(self, name: str) -> Path:
        """Make an empty generation beside the one in use. `name` is one that none had before."""
        made = self._path / (_GENERATION + name)
        made.mkdir(parents=True)
        return made

    def is_lost(self) -> bool:
        """Tell whether no generation is in use, or the one that is has been removed.

        A disk that fails to answer has lost nothing yet.
        """
        try:
            name = self._pointer.read_text(encoding="ascii")
            (self._path / name / META).stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except (OSError, ValueError):
            return False
        return False

    def publish(self, generation: Path) -> None:
        """Let a generation be the one in use from now on."""
        replace_file(self._pointer, generation.name.encode())

    def remove_others(self) -> None:
        """Remove generations that no pointer names, and what other versions than this one left behind.

        Processes that still read one go on with the files they have open.
        """
        for pointer in self._path.glob(f"{_POINTER}*"):
            if pointer != self._pointer:
                pointer.unlink(missing_ok=True)
        kept = self.current()
        for generation in self._path.glob(f"{_GENERATION}*"):
            if generation != kept:
                shutil.rmtree(generation, ignore_errors=True)

    @property
    def _pointer(self) -> Path:
        return self._path / f"{_POINTER}{schema.VERSION}"


def read_state(generation: Path) -> IndexState | None:
    """Read how far a generation has come; None where that cannot be told."""
    try:
        written = json.loads((generation / _STATE).read_bytes())
        return IndexState(
            epoch=str(written["epoch"]),
            position=int(written["position"]),
            digest=written["digest"],
            closed_until=read_instant(written["closed_until"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(generation: Path, state: IndexState) -> None:
    """Write how far a generation has come. Call it after the index was committed."""
    written = {**asdict(state), "closed_until": write_instant(state.closed_until)}
    replace_file(generation / _STATE, json.dumps(written).encode())


def commit_mark(generation: Path) -> tuple[int, int, int] | None:
    """Return what changes with every commit of a generation; None where it is gone."""
    try:
        found = (generation / META).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


def is_whole(generation: Path) -> bool:
    """Tell whether every file that tantivy wrote is still as it was written, by the checksum at its end."""
    try:
        json.loads((generation / META).read_bytes())
        return all(_is_whole(file) for file in _index_files(generation))
    except (OSError, ValueError):
        return False


def _index_files(generation: Path) -> Iterable[Path]:
    return (f for f in generation.iterdir() if f.suffix not in (".json", ".lock") and f.stem)


def _is_whole(file: Path) -> bool:
    size = file.stat().st_size
    if size < _FOOTER.size:
        return False
    with file.open("rb") as opened:
        opened.seek(size - _FOOTER.size)
        length, mark = _FOOTER.unpack(opened.read())
        left = size - _FOOTER.size - length
        if mark != _FOOTER_MARK or left < 0:
            return False
        opened.seek(left)
        footer = json.loads(opened.read(length))
        opened.seek(0)
        found = 0
        while left:
            block = opened.read(min(left, _BLOCK))
            if not block:
                return False
            found, left = zlib.crc32(block, found), left - len(block)
    return bool(found == footer["crc"])


def replace_file(file: Path, content: bytes) -> None:
    """Replace a file in one step: whoever reads it sees the old content or the new."""
    made = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with made.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    made.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
