"""Rows written as they are read, in the media type that was asked for: no more than a chunk is ever in memory."""

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


def answer_with_rows(chunks: Chunks, columns: Sequence[str], media_type: str) -> Response:
    """Answer with rows that have these columns, chunk by chunk."""
    content_type = "text/csv; charset=utf-8" if media_type == CSV else media_type
    return Response(written_rows(chunks, columns, media_type), content_type=content_type)


def written_rows(chunks: Chunks, columns: Sequence[str], media_type: str) -> Iterator[bytes]:
    """Yield rows as text in the media type, a block for each chunk."""
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
        if chunk:
            yield separator + b",".join(map(_json, chunk))
            separator = b","
    yield b'],"next_cursor":null}'


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
