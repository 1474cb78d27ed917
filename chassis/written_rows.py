"""Rows written as they are read, in the media type that was asked for: no more than a chunk is ever in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import Response

from chassis.csv_cells import safe_cell
from chassis.request_content import JSON

JSON_LINES = "application/jsonl"
CSV = "text/csv"
EVERY_FORM = (JSON, JSON_LINES, CSV)

Row = Mapping[str, Any]
Chunks = Iterable[Sequence[Row]]
Written = Iterable[Sequence[bytes]]
"""Chunks of rows that are written already, each as a JSON object."""


def answer_with_rows(chunks: Chunks, columns: Sequence[str], media_type: str) -> Response:
    """Answer with rows that have these columns, chunk by chunk."""
    if media_type == CSV:
        return answer_with_blocks(_as_csv(chunks, columns), CSV)
    written = ([_json(row) for row in chunk] for chunk in chunks)
    in_form = lines_of if media_type == JSON_LINES else document_of
    return answer_with_blocks(in_form(written), media_type)


def answer_with_blocks(blocks: Iterator[bytes], media_type: str) -> Response:
    """Answer with text of a media type that comes block by block."""
    content_type = "text/csv; charset=utf-8" if media_type == CSV else media_type
    return Response(blocks, content_type=content_type)


def lines_of(written: Written) -> Iterator[bytes]:
    """Yield rows as JSON Lines, a block for each chunk."""
    for chunk in written:
        yield b"".join(row + b"\n" for row in chunk)


def document_of(
    written: Written, next_cursor: Callable[[], str | None] = lambda: None
) -> Iterator[bytes]:
    """Yield rows as one page of a list, a block for each chunk; asked last is where the next page begins."""
    yield b'{"items":['
    separator = b""
    for chunk in written:
        if chunk:
            yield separator + b",".join(chunk)
            separator = b","
    yield f'],"next_cursor":{json.dumps(next_cursor())}}}'.encode()


def _as_csv(chunks: Chunks, columns: Sequence[str]) -> Iterator[bytes]:
    yield (",".join(columns) + "\n").encode()
    for chunk in chunks:
        text = io.StringIO()
        # Quoted throughout: spreadsheets of many countries part cells at semicolons, which a name may hold.
        writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([safe_cell(row[name]) for name in columns] for row in chunk)
        yield text.getvalue().encode()


def _json(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
