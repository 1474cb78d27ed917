"""A walk through a list neither skips nor repeats, and a cursor is only ever one that the same list gave."""

from __future__ import annotations

import base64
import json
from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.fields import OneOf, PageQuery, QueryFlag, load
from chassis.identifiers import is_id, new_id
from chassis.pagination import Page, Place, find_place, listing_of
from chassis.problems import ValidationFailed

PRINTABLE = st.text().filter(str.isprintable)
HERE = "here"


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def place(cursor: str | None, *, listing: str = HERE) -> Place:
    return find_place(cursor, listing=listing, is_key=str.isprintable)  # as strict as a list's own


def refusal(cursor: str, **options: Any) -> str:
    with pytest.raises(ValidationFailed) as refused:
        place(cursor, **options)
    (error,) = refused.value.errors
    assert error.pointer == "/cursor"
    return error.message


@given(PRINTABLE, PRINTABLE)
def test_a_cursor_comes_back_as_it_was_given(listing: str, key: str) -> None:
    cursor = Place(listing, None).cursor(key)
    assert place(cursor, listing=listing) == Place(listing, key)
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=")


def test_no_cursor_is_the_start() -> None:
    assert place(None) == Place(HERE, None)


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "not base64!",
        encoded([HERE, "a"])[:4] + "!" + encoded([HERE, "a"])[4:],
        "AAAA",
        "é",
        "YQ",
        encoded("a"),
        encoded({"0": "a"}),
        encoded([]),
        encoded([HERE]),
        encoded([HERE, "a", "b"]),
        encoded([HERE, 1]),
        encoded([HERE, None]),
        encoded([HERE, ["a"]]),
        encoded([None, "a"]),
        encoded([HERE, "a\x00b"]),
        encoded([HERE, "\ud800"]),
        encoded([HERE, "a\n"]),
        base64.b64encode(b"[" * 3_000).decode(),
        base64.b64encode(b'["' + b"9" * 5_000).decode(),
        base64.b64encode(b"9" * 5_000).decode(),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_we_did_not_make_is_refused_by_name(foreign: str) -> None:
    assert "exactly as an earlier answer gave it" in refusal(foreign)


def test_a_cursor_of_another_list_is_refused() -> None:
    assert "of another list" in refusal(Place("elsewhere", None).cursor("a"))


@given(st.text())
def test_any_text_is_either_a_cursor_or_refused(text: str) -> None:
    try:
        found = place(text)
    except ValidationFailed:
        return
    assert found.after is not None
    assert place(found.cursor(found.after)) == found


def test_a_list_by_ids_goes_on_after_ids_only() -> None:
    own = new_id()
    by_id = {"listing": HERE, "is_key": is_id}
    assert find_place(Place(HERE, None).cursor(own), **by_id).after == own  # type: ignore[arg-type]
    with pytest.raises(ValidationFailed):
        find_place(Place(HERE, None).cursor("Barista"), **by_id)  # type: ignore[arg-type]


class ThingsQuery(PageQuery):
    colour = OneOf(("red", "blue"), load_default=None)
    whole = QueryFlag(load_default=False)


class OthersQuery(ThingsQuery):
    pass


def page(schema: ma.Schema, **query: str) -> Page:
    found: Page = load(schema, query)["page"]
    return found


@pytest.mark.parametrize(
    "again", [{}, {"limit": "7"}, {"whole": "false"}], ids=["the same", "longer", "a default named"]
)
def test_a_walk_goes_on_with_the_filters_it_began_with(again: dict[str, str]) -> None:
    key = new_id()
    cursor = page(ThingsQuery(), colour="red").cursor(key)
    assert page(ThingsQuery(), colour="red", cursor=cursor, **again).after == key


@pytest.mark.parametrize("other", [{}, {"colour": "blue"}, {"colour": "red", "whole": "true"}])
def test_a_walk_does_not_go_on_with_other_filters(other: dict[str, str]) -> None:
    """What is before the cursor among other things was never shown."""
    cursor = page(ThingsQuery(), colour="red").cursor(new_id())
    with pytest.raises(ValidationFailed) as refused:
        page(ThingsQuery(), cursor=cursor, **other)
    assert [error.pointer for error in refused.value.errors] == ["/cursor"]


def test_a_walk_does_not_go_on_in_another_list_with_the_same_filters() -> None:
    cursor = page(ThingsQuery()).cursor(new_id())
    with pytest.raises(ValidationFailed):
        page(OthersQuery(), cursor=cursor)


def test_a_filter_that_is_new_and_not_used_ends_no_walk() -> None:
    assert listing_of("things", {"a": 1}) == listing_of("things", {"b": None, "a": 1})


@given(st.lists(st.integers(0, 10**6), unique=True, max_size=40).map(sorted), st.integers(1, 15))
def test_a_walk_neither_skips_nor_repeats(items: list[int], limit: int) -> None:
    walked: list[int] = []
    cursor: str | None = None
    while True:
        here = Page(HERE, place(cursor).after, limit)
        rows = [item for item in items if item > int(here.after or -1)][: limit + 1]
        answer = here.of(rows, present=lambda row: row, key=str)
        assert len(answer["items"]) <= limit
        walked += answer["items"]
        cursor = answer["next_cursor"]
        assert (cursor is None) == (len(rows) <= limit)
        if cursor is None:
            break
    assert walked == items
