"""A value that makes no sense is refused by name with nothing done."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chassis.identifiers import new_id
from tests.chassis.problem_documents import code, pointers
from tests.services.enrolment.api.target import Target
from tests.services.enrolment.house import House


@pytest.mark.parametrize(
    "price",
    [
        *("-1", "1.0", "7e5", '"700000"', "true", "null", "[]", "{}"),
        *("9007199254740992", "9223372036854775807", "9223372036854775808", "1" + "0" * 300),
    ],
)
def test_a_price_is_a_whole_number_of_rupiah(
    shared_house: House, unchanged: dict[str, Target], price: str
) -> None:
    target = unchanged["enrolments"]
    answer = target.send(shared_house, target.raw("expected_price", price))
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/expected_price"]


@pytest.mark.parametrize(
    "class_id",
    [
        *('""', '"1"', '"17.71"', '"3273010205900001"', "17", "[]"),
        f'"{new_id().upper()}"',
        f'"{{{new_id()}}}"',
        f'"{new_id()} "',
        f'"{new_id().replace("-", "")}"',
        f'"urn:uuid:{new_id()}"',
    ],
)
def test_a_class_is_named_by_its_id(
    shared_house: House, unchanged: dict[str, Target], class_id: str
) -> None:
    target = unchanged["enrolments"]
    answer = target.send(shared_house, target.raw("class_id", class_id))
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/class_id"]


def test_an_id_of_something_else_is_no_class(
    shared_house: House, targets: dict[str, Target]
) -> None:
    shared_house.catalogue_was_read(ago=timedelta(seconds=-5))  # after the wave was made
    before = shared_house.tables()
    target = targets["enrolments"]
    for other in (shared_house.wave_id, target.claims["card"]):
        answer = target.send(shared_house, target.raw("class_id", f'"{other}"'))
        assert code(answer) == (404, "class-not-found")
    assert shared_house.tables() == before


@pytest.mark.parametrize(
    "instant",
    [
        *("2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-01T24:00:01Z"),
        *("2026-11-01T08:00:00", "2026-11-01", "2026-11-01 08:00:00Z", "2026-11-01T08:00Z"),
        *("1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"),
        *("2026-11-01T00:00:00+25:00", "1767225600", "2026-W01-1T00:00:00Z"),
        "٢٠٢٦-١١-٠١T00:00:00Z",
    ],
)
@pytest.mark.parametrize("field", ["opens_at", "closes_at"])
def test_an_instant_that_does_not_exist_is_refused(
    shared_house: House, unchanged: dict[str, Target], field: str, instant: str
) -> None:
    target = unchanged["waves"]
    answer = target.send(shared_house, target.raw(field, json.dumps(instant)))
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == [f"/{field}"]


@pytest.mark.parametrize("name", ["", " Gelombang", "x" * 121, "bell\u0007", "a\nb", "a\u200bb"])
def test_the_name_of_a_wave_is_a_line_of_text(
    shared_house: House, unchanged: dict[str, Target], name: str
) -> None:
    target = unchanged["waves"]
    answer = target.send(shared_house, target.raw("name", json.dumps(name)))
    assert code(answer) == (422, "validation-failed")
    assert pointers(answer) == ["/name"]
