"""Rows as they are written in each media type, a block for each chunk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from chassis.request_content import JSON
from chassis.written_rows import CSV, JSON_LINES, answer_with_rows, document_of

CHUNKS: list[list[dict[str, Any]]] = [
    [{"place": 1, "name": "Siti; Aminah"}, {"place": 2, "name": '=1+"1"'}],
    [],
    [{"place": 3, "name": None}],
]


@pytest.mark.parametrize(
    ("media_type", "content_type", "text"),
    [
        (
            JSON,
            "application/json",
            '{"items":[{"place":1,"name":"Siti; Aminah"},{"place":2,"name":"=1+\\"1\\""},'
            '{"place":3,"name":null}],"next_cursor":null}',
        ),
        (
            JSON_LINES,
            "application/jsonl",
            '{"place":1,"name":"Siti; Aminah"}\n{"place":2,"name":"=1+\\"1\\""}\n{"place":3,"name":null}\n',
        ),
        (
            CSV,
            "text/csv; charset=utf-8",
            'place,name\n"1","Siti; Aminah"\n"2","\'=1+""1"""\n"3",""\n',
        ),
    ],
)
def test_rows_are_written_in_the_media_type_asked_for(
    media_type: str, content_type: str, text: str
) -> None:
    answer = answer_with_rows(CHUNKS, ("place", "name"), media_type)
    assert (answer.content_type, answer.get_data(as_text=True)) == (content_type, text)


@pytest.mark.parametrize("media_type", [JSON, JSON_LINES, CSV])
def test_no_chunk_is_read_before_the_one_before_it_was_sent(media_type: str) -> None:
    read = 0

    def chunks() -> Iterator[Sequence[dict[str, Any]]]:
        nonlocal read
        for chunk in CHUNKS:
            read += 1
            yield chunk

    blocks = answer_with_rows(chunks(), ("place", "name"), media_type).iter_encoded()
    while b"Siti" not in next(blocks):
        assert read == 0
    assert read == 1


def test_where_the_next_page_begins_is_asked_once_all_rows_were_sent() -> None:
    sent: list[bytes] = []

    def rows() -> Iterator[Sequence[bytes]]:
        for row in (b"1", b"2"):
            sent.append(row)
            yield [row]

    document = b"".join(document_of(rows(), lambda: f"after {len(sent)}"))
    assert document == b'{"items":[1,2],"next_cursor":"after 2"}'
