"""Walks over a provider's statement: what it comes to is summed up once, and believed only as it was written here."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.chassis.problem_documents import code
from tests.services.enrolment.api.test_statements import balances, moved, of_provider
from tests.services.enrolment.house import PRICE, House, document
from tests.services.enrolment.teaching import Taught, taught
from tests.statements import statements

LISTS = pytest.mark.parametrize("below", ["", "/days", "/classes"])


@pytest.fixture
def of(house: House) -> Taught:
    """A provider whose money moved before the period, and on two days of it for two classes."""
    of = taught(house)
    moved(house, timedelta(days=40))
    for ago in (2, 0):
        class_id = house.put_class(provider_id=of.provider_id)
        for _ in range(2):
            house.enrolled(house.award(), class_id)
        moved(house, timedelta(days=ago))
    return of


def pages(of: Taught, below: str, limit: int = 1) -> Iterator[tuple[dict[str, Any], int]]:
    """Walk over a statement; with each page comes how many sums were asked of the database."""
    query: dict[str, Any] = {"limit": limit}
    while True:
        with statements(of.house.service.database) as sent:
            page = of_provider(of, below, **query)
        yield page, sum("sum(" in one for one in sent)
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]


@LISTS
def test_only_the_first_page_sums_up_the_period_and_what_was_before(of: Taught, below: str) -> None:
    first, *later = pages(of, below)
    assert later
    assert {sums for _, sums in later} == {first[1] - 2}
    assert {json.dumps(page["accounts"]) for page, _ in later} == {json.dumps(first[0]["accounts"])}
    assert balances(first[0]["accounts"])["set_aside"] == (PRICE, 5 * PRICE)


@LISTS
def test_a_walk_tells_the_same_as_one_page(of: Taught, below: str) -> None:
    [(whole, _)] = pages(of, below, limit=200)
    walked = [page for page, _ in pages(of, below)]
    assert [item for page in walked for item in page["items"]] == whole["items"]
    assert walked[-1]["accounts"] == whole["accounts"]


def rewritten(cursor: str, old: str, new: str) -> str:
    """Return a cursor in which somebody has written something else."""
    listing, key = json.loads(base64.urlsafe_b64decode(cursor))
    assert old in key
    changed = json.dumps([listing, key.replace(old, new)])
    return base64.urlsafe_b64encode(changed.encode()).decode()


@LISTS
def test_sums_that_somebody_else_wrote_are_not_believed(of: Taught, below: str) -> None:
    (first, _), (second, _), *_ = pages(of, below)
    forged = rewritten(first["next_cursor"], str(PRICE), str(PRICE + 1))
    assert of_provider(of, below, limit=1, cursor=forged) == second


@LISTS
def test_sums_of_another_provider_are_not_believed(of: Taught, below: str) -> None:
    (first, _), *_ = pages(of, below)
    other = taught(of.house)
    path = f"/statements/providers/{other.provider_id}{below}?limit=1&cursor={first['next_cursor']}"
    told = document(of.house.get(path, "operator"))
    assert balances(told["accounts"])["set_aside"] == (0, PRICE)


def test_days_that_a_cursor_of_another_place_is_mixed_into_still_chain(of: Taught) -> None:
    (first, _), (second, _), (third, _), *_ = pages(of, "/days")
    [day, next_day] = [page["items"][0]["day"] for page in (first, second)]
    mixed = rewritten(first["next_cursor"], day, next_day)
    assert of_provider(of, "/days", limit=1, cursor=mixed)["items"] == third["items"]


@LISTS
def test_a_cursor_with_what_is_no_text_is_refused(of: Taught, below: str) -> None:
    (first, _), *_ = pages(of, below)
    broken = rewritten(first["next_cursor"], str(PRICE), "\ud800")
    path = f"/statements/providers/{of.provider_id}{below}?limit=1&cursor={broken}"
    answer = of.house.get(path, "operator")
    assert code(answer) == (422, "validation-failed")
