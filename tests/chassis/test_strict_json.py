"""JSON as it must be."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import MOST_TOLD, MalformedRequest
from chassis.strict_json import parse

DEEP = 100_000


def refusal(raw: bytes) -> MalformedRequest:
    with pytest.raises(MalformedRequest) as refused:
        parse(raw)
    return refused.value


def named(raw: bytes) -> list[str]:
    return [error.pointer for error in refusal(raw).errors]


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**63), max_value=2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text("abc/~é", max_size=5), inner)
    ),
    max_leaves=20,
)


@given(value=PLAIN, escaped=st.booleans())
def test_everything_that_json_writes_is_read_back(value: Any, escaped: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else(raw: bytes) -> None:
    with suppress(MalformedRequest):
        parse(raw)


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"a": 1, "a": 1}', "/a"),
        (b'{"a": 1, "b": 2, "a": 3}', "/a"),
        (b'{"list": [{}, {"seats": 1, "seats": 2}]}', "/list/1/seats"),
        (b'{"a": 1, "\\u0061": 2}', "/a"),
        (b'{"": 1, "": 2}', "/"),
        ('{"é": 1, "é": 2}'.encode(), "/é"),
        (b'{"a/b": 1, "a/b": 2}', "/a~1b"),
    ],
)
def test_a_key_that_stands_twice_is_named(raw: bytes, pointer: str) -> None:
    assert named(raw) == [pointer]


def test_a_long_key_that_stands_twice_is_shown_in_part() -> None:
    key = b'"' + b"k" * 10_000 + b'": 1'
    refused = refusal(b"{" + key + b"," + key + b"}")
    assert [error.pointer for error in refused.errors] == ["/" + "k" * 199 + "…"]


def test_a_deep_pointer_is_shown_in_part() -> None:
    """The answer must not grow with the square of what was sent."""
    raw = b'{"a":' * 300 + b"[NaN, NaN]" + b"}" * 300
    assert named(raw) == ["/a" * 100 + "…"] * 2


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("form", ["{}", '{{"a": {}}}', "[1, {}]"])
def test_words_that_are_not_json_are_refused_by_name(word: str, form: str) -> None:
    assert word in refusal(form.format(word).encode()).detail


@pytest.mark.parametrize(
    "wrong", ["NaN", "-Infinity", "1e400", "7" * 5_000, '"\\u0000"', '"\\ud800"']
)
def test_a_value_that_is_refused_is_named_by_its_pointer(wrong: str) -> None:
    rows = [{"name": "Siti", "seats": 1.5}] * 17
    raw = json.dumps({"candidates": [*rows, {"nik": "WRONG"}, *rows]}).replace('"WRONG"', wrong)
    assert named(raw.encode()) == ["/candidates/17/nik"]


def test_every_mistake_of_a_body_is_told_at_once_in_the_order_of_the_text() -> None:
    raw = b'{"rows": [{"a": "\\u0000"}, {"a": NaN, "b": 1, "b": [1e999]}], "c": "\\udc00", "\\u0000": 1}'
    refused = refusal(raw)
    assert [error.pointer for error in refused.errors] == [
        "/\ufffd",
        "/rows/0/a",
        "/rows/1/b",
        "/rows/1/a",
        "/rows/1/b/0",
        "/c",
    ]
    assert refused.detail == refused.errors[0].message


def test_so_many_mistakes_are_told_and_no_more() -> None:
    assert named(b"[" + b"NaN," * 5_000 + b"NaN]") == [f"/{place}" for place in range(MOST_TOLD)]


def test_a_mistake_is_not_told_of_what_is_no_json_at_all() -> None:
    refused = refusal(b'{"a": NaN, "b": }')
    assert "line 1 column 17" in refused.detail
    assert refused.errors == ()


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 400 + ".0", "1E+999999"])
def test_fractions_that_no_number_holds_are_refused(number: str) -> None:
    assert "too large" in refusal(b'{"a": ' + number.encode() + b"}").detail


@pytest.mark.parametrize("digits", [10_000, 1_000_000])
@pytest.mark.parametrize("sign", ["", "-"])
def test_whole_numbers_of_thousands_of_digits_are_refused(digits: int, sign: str) -> None:
    assert "too many digits" in refusal(f"{sign}{'7' * digits}".encode()).detail


def test_a_number_too_small_to_tell_from_zero_is_zero() -> None:
    assert parse(b"1e-400") == 0.0


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'{"name": "a\\u0000b"}', "/name"),
        (b'{"name": "\\ud800"}', "/name"),
        (b'{"name": "\\udc00\\ud800"}', "/name"),
        (b'{"places": [{"name": "x"}, {"name": "\\udfff"}]}', "/places/1/name"),
        (b'["\\u0000"]', "/0"),
        (b'"\\u0000"', ""),
        (b'{"a/b~c": "\\u0000"}', "/a~1b~0c"),
        (b'{"ok": {"\\u0000": 1}}', "/ok/\ufffd"),
        (b'{"ok": {"a\\ud800": 1}}', "/ok/a\ufffd"),
        (b'{"name": "a\x00b"}', "/name"),
        (b'{"a\x00b": 1}', "/a\ufffdb"),
    ],
)
def test_what_no_database_can_store_is_refused_where_it_stands(raw: bytes, pointer: str) -> None:
    assert named(raw) == [pointer]


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.parametrize("control", [b"\n", b"\t", b"\x1f"])
def test_another_control_character_that_was_not_escaped_is_refused_with_its_place(
    control: bytes,
) -> None:
    refused = refusal(b'{"a": "b' + control + b'"}')
    assert "line 1 column 9" in refused.detail
    assert refused.errors == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'[{"a":' * DEEP,
        b'{"a":' * DEEP + b'"\\u0000"' + b"}" * DEEP,
        b"[NaN, " + b"[" * DEEP,
    ],
)
def test_bottomless_nesting_is_refused(raw: bytes) -> None:
    assert "nested too deeply" in refusal(raw).detail


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_what_is_nested_just_less_deeply_is_searched_all_the_same(opening: bytes) -> None:
    """Wherever the limit lies, a NUL below it is either found or out of reach: never let through."""
    closing = {b"[": b"]", b'{"a":': b"}"}[opening]
    for depth in range(50, 1_200, 50):
        refusal(opening * depth + b'"\\u0000"' + closing * depth)


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
        b'{"a": "\xff"}',
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
    ],
)
def test_only_plain_utf_8_is_read(raw: bytes) -> None:
    assert refusal(raw).status == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"\n\n",
        b"{",
        b"}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"{} {}",
        b"01",
        b"+1",
        b".5",
        b"// x\n1",
    ],
)
def test_what_is_nearly_json_is_refused_with_its_place(raw: bytes) -> None:
    assert "line 1" in refusal(raw).detail or "line 3" in refusal(raw).detail
