"""Fields that take exactly what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import jsonschema_rs
import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.fields import (
    LARGEST,
    Flag,
    InstantField,
    OneOf,
    Parsed,
    QueryFlag,
    QueryWhole,
    Reference,
    Strict,
    Text,
    Whole,
    load,
)
from chassis.problems import MOST_TOLD, ValidationFailed


def _even(value: Any) -> int:
    if not isinstance(value, int) or value % 2:
        raise ValueError("Send an even number.")
    return value


def _no_x(text: str) -> None:
    if "x" in text:
        raise ValueError("Say it without an x.")


class Everything(Strict):
    text = Text(least=2, most=5)
    checked = Text(check=_no_x)
    lines = Text(lines=True)
    whole = Whole(least=-1, most=10)
    largest = Whole()
    flag = Flag()
    reference = Reference()
    instant = InstantField()
    word = OneOf(("online", "offline"))
    parsed = Parsed(_even, form={})
    query_whole = QueryWhole(least=1, most=200)
    query_flag = QueryFlag()
    many = ma.fields.List(Whole(), validate=ma.validate.Length(max=2))


class Nested(Strict):
    inner = ma.fields.Nested(Everything)
    listed = ma.fields.List(ma.fields.Nested(Everything))


def refused(data: Any, schema: type[ma.Schema] = Everything) -> dict[str, str]:
    with pytest.raises(ValidationFailed) as failed:
        load(schema(), data)
    return {error.pointer: error.message for error in failed.value.errors}


REFERENCE = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "ab"),
        ("text", "é漢🙂a"),
        ("text", "👩🏽\u200d🏭\ufe0f"),
        ("lines", "👨\u200d👩\u200d👧\u200d👦 dan 🏳️\u200d🌈"),
        ("lines", "ꦏ꧀\u200cꦏ"),  # Javanese, with a joiner that keeps two letters apart
        ("lines", "\U0001fae8 \U0001fadf \U0001ffff"),  # emoji of now and of years to come
        ("checked", "abc"),
        ("lines", "one\ntwo\tthree"),
        ("whole", -1),
        ("whole", 10),
        ("largest", LARGEST),
        ("flag", False),
        ("reference", REFERENCE),
        ("word", "online"),
        ("parsed", 4),
        ("many", []),
    ],
)
def test_good_values_arrive_unchanged(name: str, value: Any) -> None:
    loaded = load(Everything(), {name: value})
    assert loaded == {name: value}
    assert type(loaded[name]) is type(value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", None),
        ("text", "a"),
        ("text", "abcdef"),
        ("text", 12),
        ("text", ["ab"]),
        ("text", " ab"),
        ("text", "ab\n"),
        ("text", "a\nb"),
        ("text", "a\x00b"),
        ("text", "a\u202eb"),
        ("text", "a\u200bb"),
        ("text", "\u00a0ab"),
        ("text", "a\u00a0b"),
        ("text", "a\u2029b"),
        ("text", "a\u2066b"),
        ("text", "a\u00adb"),
        ("text", "a\ufeffb"),
        ("text", "a\ue000b"),
        ("text", "a\ud800b"),
        ("text", "\u200dab"),
        ("text", "ab\u200c"),
        ("text", "\u200d\u200d"),
        ("text", "a\x7fb"),
        ("checked", "axb"),
        ("lines", "a\rb"),
        ("lines", "a\x0bb"),
        ("whole", None),
        ("whole", 1.0),
        ("whole", 1.9),
        ("whole", "1"),
        ("whole", True),
        ("whole", -2),
        ("whole", 11),
        ("whole", [1]),
        ("largest", LARGEST + 1),
        ("largest", 10**4000),
        ("largest", -1),
        ("flag", 1),
        ("flag", "true"),
        ("flag", None),
        ("reference", REFERENCE.upper()),
        ("reference", REFERENCE.replace("-", "")),
        ("reference", REFERENCE + "\n"),
        ("reference", REFERENCE.replace("0", "٠")),
        ("reference", 7),
        ("word", "Online"),
        ("word", ["online"]),
        ("word", None),
        ("word", {}),
        ("parsed", 3),
        ("parsed", "4"),
        ("many", [1, 2, 3]),
        ("many", {"0": 1}),
    ],
)
def test_everything_else_is_refused_by_name(name: str, value: Any) -> None:
    errors = refused({name: value})
    assert list(errors) == [f"/{name}"]
    assert all(errors.values())


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T08:00:00Z", datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ("2026-12-01T08:00:00+07:00", datetime(2026, 12, 1, 1, tzinfo=UTC)),
        ("2026-12-01T08:00:00.5-00:30", datetime(2026, 12, 1, 8, 30, 0, 500_000, tzinfo=UTC)),
        ("2028-02-29T23:59:59.999999Z", datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_instants_are_read_into_utc(text: str, instant: datetime) -> None:
    assert load(Everything(), {"instant": text}) == {"instant": instant}


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01",
        "2026-12-01T08:00:00",
        "2026-12-01 08:00:00Z",
        "2026-12-01T08:00Z",
        "2026-12-01T08:00:00z",
        "2026-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-12-32T08:00:00Z",
        "2026-12-01T24:00:00Z",
        "2026-12-01T08:60:00Z",
        "2026-12-01T08:00:00+25:00",
        "2026-12-01T08:00:00.1234567Z",
        "1999-12-31T23:59:59Z",
        "2200-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "２０２６-12-01T08:00:00Z",
        "2026-12-01T08:00:00Z\n",
        1_800_000_000,
        None,
    ],
)
def test_what_is_no_instant_of_a_calendar_is_refused(text: Any) -> None:
    assert list(refused({"instant": text})) == ["/instant"]


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("200", 200), ("007", 7)])
def test_numbers_in_a_query_are_read(text: str, number: int) -> None:
    assert load(Everything(), {"query_whole": text}) == {"query_whole": number}


@pytest.mark.parametrize(
    "text",
    ["", "0", "201", "-1", "+1", "1.0", " 1", "1\n", "0x1", "1e2", "١", "１", "²", "9" * 5_000],
)
def test_other_spellings_of_numbers_in_a_query_are_refused(text: str) -> None:
    assert list(refused({"query_whole": text})) == ["/query_whole"]


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("false", False)])
def test_flags_in_a_query_are_read(text: str, flag: bool) -> None:
    assert load(Everything(), {"query_flag": text}) == {"query_flag": flag}


@pytest.mark.parametrize("text", ["", "1", "0", "True", "FALSE", "yes", "true "])
def test_other_spellings_of_flags_are_refused(text: str) -> None:
    assert list(refused({"query_flag": text})) == ["/query_flag"]


def test_members_that_nobody_knows_are_refused_by_name_wherever_they_stand() -> None:
    errors = refused(
        {"inner": {"nope": 1}, "listed": [{}, {"a/b": 1, "c~d": 2}], "other": 1}, Nested
    )
    assert errors.keys() == {"/inner/nope", "/listed/1/a~1b", "/listed/1/c~0d", "/other"}
    assert set(errors.values()) == {"There is no such field here. Remove it."}


@pytest.mark.parametrize("data", [None, [], "text", 1, True, [{}]])
def test_anything_but_an_object_is_refused_as_a_whole(data: Any) -> None:
    assert refused(data) == {"": "Send an object."}


def test_every_wrong_field_is_named_at_once() -> None:
    assert refused({"text": 1, "whole": "1", "flag": 0}).keys() == {"/text", "/whole", "/flag"}


def test_of_many_mistakes_only_so_many_are_told() -> None:
    with pytest.raises(ValidationFailed) as refused:
        load(Strict(), {f"unknown-{number}": 1 for number in range(5_000)})
    assert len(refused.value.errors) == MOST_TOLD


def test_a_plus_that_an_address_made_a_space_is_recognised() -> None:
    class Wanted(Strict):
        at = InstantField()

    with pytest.raises(ValidationFailed) as refused:
        load(Wanted(), {"at": "2026-11-22T08:00:00 07:00"})
    assert "%2B" in refused.value.errors[0].message


# --- the contract and the rule are one ---


def is_taken(field: ma.fields.Field[Any], value: str) -> bool:
    try:
        field.deserialize(value)
    except ma.ValidationError:
        return False
    return True


ONE_LINE, SEVERAL_LINES = Text(least=1, most=20), Text(least=0, most=20, lines=True)
SHOWN = {field: jsonschema_rs.validator_for(field.form()) for field in (ONE_LINE, SEVERAL_LINES)}


@pytest.mark.parametrize("field", [ONE_LINE, SEVERAL_LINES], ids=["one line", "several lines"])
@given(
    text=st.text(max_size=22).map(lambda text: text.replace("x", "\u200d").replace("y", "\u2028"))
)
def test_text_is_taken_where_the_contract_says_so_and_nowhere_else(field: Text, text: str) -> None:
    assert is_taken(field, text) is SHOWN[field].is_valid(text)


@pytest.mark.parametrize("field", [ONE_LINE, SEVERAL_LINES], ids=["one line", "several lines"])
def test_that_holds_for_every_sign_at_an_end_and_within(field: Text) -> None:
    codes = chain(range(0xD800), range(0xE000, 0x10000), range(0x10000, 0x110000, 997))
    for sign in map(chr, codes):
        for text in (sign, f"a{sign}b"):
            assert is_taken(field, text) is SHOWN[field].is_valid(text), hex(ord(sign))
