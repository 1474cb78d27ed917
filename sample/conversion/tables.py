"""Read the sources' tables and write ours, so that the same input gives the same bytes."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]


def read_table(source: Path, name: str) -> list[dict[str, str]]:
    """Read a CSV file below `source`; surrounding blanks in a cell mean nothing."""
    with (source / name).open(encoding="utf-8-sig", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


def csv_bytes(rows: Iterable[Mapping[str, object]], *, columns: Sequence[str]) -> bytes:
    """Write rows as UTF-8 CSV with line feeds; None becomes an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def json_bytes(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Write rows as one JSON array with a row per line, so that a change shows as one line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n".encode()


def fold(title: str) -> str:
    """Reduce a title to its lower-case words, so that spellings of one title meet."""
    return " ".join(re.findall(r"\w+", title.casefold()))
