"""A body that cannot be read, or is not what a call takes, is refused by name with nothing done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.chassis.problem_documents import code, pointers, problem
from tests.services.enrolment.api.target import Target
from tests.services.enrolment.house import API, FRESH, House

MEGABYTE = 1_048_576


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


UNREADABLE: dict[str, Callable[[Target], bytes]] = {
    "nothing": lambda _: b"",
    "white space": lambda _: b" \n ",
    "an open brace": lambda _: b"{",
    "words": lambda _: b"hello",
    "two documents": lambda t: t.raw("", "") * 2,
    "a byte order mark": lambda t: b"\xef\xbb\xbf" + t.raw("", ""),
    "UTF-16": lambda t: t.raw("", "").decode().encode("utf-16"),
    "bytes that are no UTF-8": lambda t: t.raw(t.text_field, '"\x01"').replace(b"\x01", b"\xff"),
    "an overlong encoding": lambda t: t.raw(t.text_field, '"\x01"').replace(b"\x01", b"\xc0\x80"),
    "a raw NUL": lambda t: t.raw(t.text_field, '"a\x00b"'),
    "an escaped NUL": lambda t: t.raw(t.text_field, '"a\\u0000b"'),
    "half a surrogate pair": lambda t: t.raw(t.text_field, '"\\ud800"'),
    "the other half": lambda t: t.raw(t.text_field, '"abc\\udfff"'),
    "a raw surrogate": lambda t: t.raw(t.text_field, '"\ud800"'),
    "NaN": lambda t: t.raw(t.text_field, "NaN"),
    "Infinity": lambda t: t.raw(t.text_field, "Infinity"),
    "minus Infinity": lambda t: t.raw(t.text_field, "-Infinity"),
    "a float beyond all floats": lambda t: t.raw(t.text_field, "1e400"),
    "an integer of 5,000 digits": lambda t: t.raw(t.text_field, "9" * 5_000),
    "100,000 arrays": lambda t: t.raw(t.text_field, nested(100_000)),
    "100,000 objects": lambda t: t.raw(t.text_field, '{"a":' * 100_000 + "1" + "}" * 100_000),
    "100,000 open arrays": lambda _: b"[" * 100_000,
    "a trailing comma": lambda t: t.raw("", "")[:-1] + b",}",
    "single quotes": lambda t: t.raw("", "").replace(b'"', b"'"),
    "a comment": lambda t: t.raw("", "") + b"// done",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_refused(
    shared_house: House, unchanged: dict[str, Target], what: str
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, UNREADABLE[what](target))
        assert code(answer) == (400, "malformed-request")
        assert problem(answer)["detail"].endswith(".")


@pytest.mark.parametrize(
    "what",
    [
        "a raw NUL",
        "an escaped NUL",
        "half a surrogate pair",
        "the other half",
        "NaN",
        "Infinity",
        "minus Infinity",
        "a float beyond all floats",
        "an integer of 5,000 digits",
    ],
)
def test_what_cannot_be_read_is_named_where_one_value_is_to_blame(
    shared_house: House, unchanged: dict[str, Target], what: str
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, UNREADABLE[what](target))
        assert pointers(answer) == [f"/{target.text_field}"]


def test_a_key_that_stands_twice_is_named(
    shared_house: House, unchanged: dict[str, Target]
) -> None:
    for target in unchanged.values():
        field = next(iter(target.body))
        twice = target.raw("", "")[:-1] + f',"{field}":1'.encode() + b"}"
        answer = target.send(shared_house, twice)
        assert code(answer) == (400, "malformed-request")
        assert pointers(answer) == [f"/{field}"]


def test_a_key_that_is_not_known_is_named(
    shared_house: House, unchanged: dict[str, Target]
) -> None:
    for target in unchanged.values():
        body = {**target.body, "surprise": 1, "a/b~c": 2}
        answer = target.send(shared_house, json.dumps(body).encode())
        assert code(answer) == (422, "validation-failed")
        assert sorted(pointers(answer)) == ["/a~1b~0c", "/surprise"]


@pytest.mark.parametrize("text", ["[]", "null", "true", "17", '"text"', "[{}]"])
def test_a_body_that_is_no_object_is_refused(
    shared_house: House, unchanged: dict[str, Target], text: str
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, text.encode())
        assert code(answer) == (422, "validation-failed")
        assert "Send an object." in answer.text


def test_an_empty_object_is_told_what_it_lacks(
    shared_house: House, unchanged: dict[str, Target]
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, b"{}")
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer)


@pytest.mark.parametrize("value", ["null", "5", "-1", "1.5", "true", "{}", '{"a":{}}'])
def test_a_value_of_another_kind_is_refused_by_name(
    shared_house: House, unchanged: dict[str, Target], value: str
) -> None:
    for target in unchanged.values():
        if value == "null" and target.may_be_null:
            continue
        answer = target.send(shared_house, target.raw(target.text_field, value))
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer) == [f"/{target.text_field}"]


def test_no_depth_of_nesting_gets_through_to_an_error_of_ours(
    shared_house: House, targets: dict[str, Target]
) -> None:
    """The reader of JSON and its writer give up at depths that differ by a little."""
    target = targets["admissions"]
    before = without_stored_answers(shared_house)
    for depth in [100, 500, *range(900, 1_000)]:
        for value in (nested(depth), '{"a":' * depth + "1" + "}" * depth):
            answer = target.send(shared_house, target.raw("candidates", f"[{value}]"))
            assert answer.status_code in (200, 400)
    assert without_stored_answers(shared_house) == before


def without_stored_answers(house: House) -> dict[str, Any]:
    return {name: rows for name, rows in house.tables().items() if name != "stored_answer"}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json5",
        "application/problem+json",
    ],
)
def test_another_content_type_is_refused(
    shared_house: House, unchanged: dict[str, Target], content_type: str | None
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, json.dumps(target.body).encode(), content_type)
        assert code(answer) == (415, "unsupported-media-type")
        assert "application/json" in problem(answer)["detail"]


@pytest.mark.parametrize("size", [5 * MEGABYTE, MEGABYTE + 1])
def test_a_body_of_megabytes_is_refused(
    shared_house: House, unchanged: dict[str, Target], size: int
) -> None:
    for target in unchanged.values():
        answer = target.send(shared_house, b"{" + b" " * (size - 2) + b"}")
        assert code(answer) == (413, "payload-too-large")


def test_a_query_on_a_write_is_refused_by_name(
    shared_house: House, unchanged: dict[str, Target]
) -> None:
    for target in unchanged.values():
        path = f"{API}{target.path}?dry_run=true"
        answer = shared_house.call("POST", path, key=FRESH, json=target.body, **target.claims)
        assert code(answer) == (422, "validation-failed")
        assert pointers(answer) == ["/dry_run"]


def test_the_bodies_that_all_this_was_done_to_are_good(
    shared_house: House, targets: dict[str, Target]
) -> None:
    for name in ("waves", "admissions", "lookup", "enrolments", "redemption", "cancellation"):
        target = targets[name]
        answer = target.send(shared_house, json.dumps(target.body).encode())
        assert answer.status_code in (200, 201), answer.text
