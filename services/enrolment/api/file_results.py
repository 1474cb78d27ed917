"""What became of the rows of a file, written as it is read: no more than a chunk of it is ever in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from chassis.csv_cells import safe_cell
from chassis.journal_export import CSV, JSON_LINES
from services.enrolment.use_cases.programme.read_admission_file import JudgedRow

_COLUMNS = ("line", "card_number", "admission_id", "code", "detail", "quota_id")
Chunks = Iterable[list[JudgedRow]]


def written_results(chunks: Chunks, media_type: str) -> Iterator[bytes]:
    """Yield results as text in the media type, a block for each chunk."""
    if media_type == CSV:
        return _as_csv(chunks)
    return _as_lines(chunks) if media_type == JSON_LINES else _as_document(chunks)


def _as_csv(chunks: Chunks) -> Iterator[bytes]:
    yield (",".join(_COLUMNS) + "\n").encode()
    for chunk in chunks:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows(map(safe_cell, _row(row).values()) for row in chunk)
        yield text.getvalue().encode()


def _as_lines(chunks: Chunks) -> Iterator[bytes]:
    for chunk in chunks:
        yield b"".join(_json(row) + b"\n" for row in chunk)


def _as_document(chunks: Chunks) -> Iterator[bytes]:
    yield b'{"items":['
    separator = b""
    for chunk in chunks:
        yield separator + b",".join(map(_json, chunk))
        separator = b","
    yield b'],"next_cursor":null}'


def _json(row: JudgedRow) -> bytes:
    return json.dumps(_row(row), ensure_ascii=False, separators=(",", ":")).encode()


def _row(judged: JudgedRow) -> dict[str, Any]:
    row = judged.result
    values = (
        row.line,
        row.card_number,
        judged.admission_id,
        row.code,
        row.detail,
        row.quota_id,
    )
    return dict(zip(_COLUMNS, values, strict=True))
