"""Many rows, written as they are read: no more than some of them are ever in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response

from chassis.csv_cells import safe_cell
from chassis.journal_export import CSV, JSON_LINES

Row = Mapping[str, Any]
Chunks = Iterable[Sequence[Row]]


def streamed(chunks: Chunks, columns: Sequence[str], media_type: str) -> Response:
    """Answer rows in a media type: JSON, JSON Lines, or CSV with these columns."""
    content_type = "text/csv; charset=utf-8" if media_type == CSV else media_type
    return Response(_written(chunks, columns, media_type), content_type=content_type)


def _written(chunks: Chunks, columns: Sequence[str], media_type: str) -> Iterator[bytes]:
    """Yield rows as text, a block for each chunk."""
    if media_type == CSV:
        return _as_csv(chunks, columns)
    return _as_lines(chunks) if media_type == JSON_LINES else _as_document(chunks)


def _as_csv(chunks: Chunks, columns: Sequence[str]) -> Iterator[bytes]:
    yield (",".join(columns) + "\n").encode()
    for chunk in chunks:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([safe_cell(row[name]) for name in columns] for row in chunk)
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


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
