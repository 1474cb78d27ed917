"""A walk through a list neither skips nor repeats, and a cursor is only ever one of our own."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.identifiers import is_id, new_id
from chassis.pagination import page_of, read_cursor, write_cursor
from chassis.problems import ValidationFailed

PRINTABLE = st.text().filter(str.isprintable)


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@given(st.lists(PRINTABLE, min_size=1, max_size=3))
def test_a_cursor_comes_back_as_it_was_given(values: list[str]) -> None:
    cursor = write_cursor(*values)
    assert read_cursor(cursor, parts=len(values)) == tuple(values)
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_cursor_is_the_start(nothing: str | None) -> None:
    assert read_cursor(nothing, parts=1) is None


@pytest.mark.parametrize(
    "foreign",
    [
        "not base64!",
        "AAAA",
        "é",
        "YQ",
        encoded("a"),
        encoded({"0": "a"}),
        encoded([]),
        encoded(["a", "b"]),
        encoded([1]),
        encoded([None]),
        encoded([["a"]]),
        encoded(["a\x00b"]),
        encoded(["\ud800"]),
        encoded(["a\n"]),
        base64.b64encode(b"[" * 3_000).decode(),
        base64.b64encode(b'["' + b"9" * 5_000).decode(),
        base64.b64encode(b"9" * 5_000).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_we_did_not_make_is_refused_by_name(foreign: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_cursor(foreign, parts=1)
    assert [error.pointer for error in refused.value.errors] == ["/cursor"]


@given(st.text())
def test_any_text_is_either_a_cursor_or_refused(text: str) -> None:
    try:
        values = read_cursor(text, parts=1)
    except ValidationFailed:
        return
    assert values is None or read_cursor(write_cursor(*values), parts=1) == values


def test_a_list_by_ids_takes_no_cursor_of_another_list() -> None:
    own = new_id()
    assert read_cursor(write_cursor(own), parts=1, each=is_id) == (own,)
    with pytest.raises(ValidationFailed):
        read_cursor(write_cursor("Barista"), parts=1, each=is_id)


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=40).map(sorted), st.integers(1, 15))
def test_a_walk_neither_skips_nor_repeats(items: list[int], limit: int) -> None:
    walked: list[int] = []
    cursor: str | None = None
    while True:
        position = read_cursor(cursor, parts=1)
        after = -1 if position is None else int(position[0])
        rows = [item for item in items if item > after][: limit + 1]
        page = page_of(rows, limit=limit, present=lambda row: row, key=lambda row: (str(row),))
        assert len(page["items"]) <= limit
        walked += page["items"]
        cursor = page["next_cursor"]
        assert (cursor is None) == (len(rows) <= limit)
        if cursor is None:
            break
    assert walked == items
