"""Copying the scheduled versions of the rules from enrolment, and judging classes by them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from chassis.http_client import ServiceClient
from services.catalog.followers.rules import RulesFollower
from tests.chassis.problem_documents import problem
from tests.services.catalog.bodies import class_body, course_body
from tests.services.catalog.client import Catalog, key, made, service_on, staff
from tests.services.catalog.enrolment import TOKEN, Enrolment, serving
from vocabulary.rule_book import shipped_rules
from vocabulary.rule_set import numbers_of

*_, IN_FORCE = shipped_rules()


def version(name: str, effective_from: str, **numbers: Any) -> dict[str, Any]:
    """Return a version as enrolment tells of it."""
    whole = {**numbers_of(IN_FORCE.rules), **numbers}
    return {
        "version": name,
        "effective_from": effective_from,
        "numbers": whole,
        "source": "Permenko 7/2027",
    }


@pytest.fixture
def enrolment() -> Iterator[Enrolment]:
    with serving(Enrolment()) as stand_in:
        yield stand_in


def follow(catalog: Catalog, enrolment: Enrolment) -> int:
    service = service_on(catalog.database)
    follower = RulesFollower(
        client=ServiceClient(enrolment.address, another_token=lambda _: TOKEN),
        token=lambda: TOKEN,
        transactions=service.transactions,
        rules=service.rules,
    )
    return follower.catch_up()


def test_a_class_is_judged_by_what_an_operator_scheduled_for_the_day_it_starts(
    catalog: Catalog, provider_id: str, enrolment: Enrolment
) -> None:
    course_id = catalog.course(provider_id)
    enrolment.versions = [version("2024-01", "2024-01-01", offline_seats_per_trainer=10)]
    assert follow(catalog, enrolment) == 1
    path = f"/courses/{course_id}/classes"
    refused = catalog.post(path, class_body(seats=11), staff(provider_id), **key())
    assert refused.status_code == 422
    [error] = problem(refused)["errors"]
    assert error["pointer"] == "/seats"
    assert "By the rules 2024-01 (class size, offline_seats_per_trainer)" in error["message"]
    offered = made(catalog.post(path, class_body(seats=10), staff(provider_id), **key()))
    assert offered["rule_version"] == "2024-01"
    entry = catalog.journal()[-1]
    assert entry["rule_version"] == "2024-01"
    assert json.loads(entry["body_text"])["rule_version"] == "2024-01"
    shown = made(catalog.get(f"/classes/{offered['id']}"))
    assert shown["rule_version"] == "2024-01"


def test_a_version_that_was_withdrawn_judges_no_more_and_leaves_its_name_behind(
    catalog: Catalog, provider_id: str, enrolment: Enrolment
) -> None:
    course_id = catalog.course(provider_id)
    enrolment.versions = [version("2024-01", "2024-01-01", offline_seats_per_trainer=20)]
    follow(catalog, enrolment)
    offered = catalog.training_class(provider_id, course_id)
    enrolment.versions = []
    follow(catalog, enrolment)
    assert made(catalog.get(f"/classes/{offered['id']}"))["rule_version"] == "2024-01"
    assert catalog.training_class(provider_id, course_id)["rule_version"] == "2023-01"


def test_nothing_is_written_while_nothing_is_new(catalog: Catalog, enrolment: Enrolment) -> None:
    enrolment.versions = [version("2024-01", "2024-01-01", least_hours=20)]
    assert [follow(catalog, enrolment) for _ in range(2)] == [1, 0]
    enrolment.versions.append(version("2024-02", "2024-02-01", least_hours=21))
    assert [follow(catalog, enrolment) for _ in range(2)] == [2, 0]


def test_while_enrolment_is_away_the_copy_judges_on(
    catalog: Catalog, provider_id: str, enrolment: Enrolment
) -> None:
    enrolment.versions = [version("2024-01", "2024-01-01", least_hours=20)]
    follow(catalog, enrolment)
    away = Enrolment(address="http://127.0.0.1:9")
    with pytest.raises(requests.RequestException):
        follow(catalog, away)
    body = {**course_body(), "hours": 19}
    refused = catalog.post("/courses", body, staff(provider_id), **key())
    assert [error["pointer"] for error in problem(refused)["errors"]] == ["/hours"]


def test_a_course_shorter_than_any_before_is_kept_where_the_rules_allow_it(
    catalog: Catalog, provider_id: str, enrolment: Enrolment
) -> None:
    enrolment.versions = [version("2024-01", "2024-01-01", least_hours=6)]
    follow(catalog, enrolment)
    body = {**course_body(), "hours": 6}
    drafted = made(catalog.post("/courses", body, staff(provider_id), **key()))
    assert drafted["hours"] == 6
    assert catalog.journal()[-1]["rule_version"] == "2024-01"
    enrolment.versions = []
    follow(catalog, enrolment)
    path = f"/courses/{drafted['id']}/submission"
    refused = catalog.post(path, None, staff(provider_id), **key())
    assert [error["pointer"] for error in problem(refused)["errors"]] == ["/hours"]
