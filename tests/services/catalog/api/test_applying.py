"""Applying as a provider: how often, and under whose name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from chassis.throttle import Throttle
from services.catalog.app import build
from services.catalog.service import APPLICATIONS_FROM_ONE_ADDRESS
from tests.conformity import held_to_contract
from tests.services.catalog.bodies import provider_body
from tests.services.catalog.client import (
    AUDITOR,
    OPERATOR,
    SETTINGS,
    Caller,
    Catalog,
    key,
    made,
    service_on,
    staff,
)
from tests.tokens import FixedKeys

HERE, THERE = "203.0.113.9", "203.0.113.10"
MOST = APPLICATIONS_FROM_ONE_ADDRESS.count


@pytest.fixture
def timeless(catalog: Catalog) -> Catalog:
    """The catalogue on a clock that stands still, so that nothing that was counted is forgotten."""
    service = replace(service_on(catalog.database), clock=lambda: 1_000.0)
    catalog.client = held_to_contract(build(SETTINGS, service, FixedKeys())).test_client()
    return catalog


def apply(
    catalog: Catalog, name: str, *, address: str = HERE, caller: Caller | None = None
) -> TestResponse:
    return catalog.post(
        "/providers", provider_body(name=name), caller, x_forwarded_for=address, **key()
    )


def decide(catalog: Catalog, provider_id: str, word: str) -> TestResponse:
    body = {"decision": word, "reason": "Terakreditasi"}
    return catalog.post(f"/providers/{provider_id}/decision", body, OPERATOR)


# --- how often ---


def test_applications_from_one_address_are_bounded_and_not_told(timeless: Catalog) -> None:
    answers = [apply(timeless, f"LPK Nomor {number}") for number in range(MOST + 5)]
    assert [answer.status_code for answer in answers] == [201] * MOST + [429] * 5
    assert answers[-1].get_json()["code"] == "too-many-requests"
    assert answers[-1].headers["Retry-After"] == "180"
    assert len(timeless.journal()) == MOST


def test_applications_at_one_address_do_not_count_for_another(timeless: Catalog) -> None:
    for number in range(MOST + 1):
        apply(timeless, f"LPK Nomor {number}")
    assert apply(timeless, "LPK Lain", address=THERE).status_code == 201


def test_an_applicant_cannot_choose_its_address(timeless: Catalog) -> None:
    """Only the entry that the gateway added last counts."""
    for number in range(MOST):
        apply(timeless, f"LPK Nomor {number}", address=f"198.51.100.{number}, {HERE}")
    assert apply(timeless, "LPK Lain", address=f"192.0.2.1, {HERE}").status_code == 429


@pytest.mark.parametrize(
    ("caller", "last"), [(OPERATOR, 201), (AUDITOR, 429), (staff(key()["idempotency_key"]), 429)]
)
def test_only_the_operator_enters_as_many_as_there_are(
    timeless: Catalog, caller: Caller, last: int
) -> None:
    statuses = [
        apply(timeless, f"LPK Nomor {number}", caller=caller).status_code
        for number in range(MOST + 3)
    ]
    assert statuses == [201] * MOST + [last] * 3


def test_an_application_that_cannot_be_read_does_not_count(timeless: Catalog) -> None:
    for _ in range(MOST + 1):
        assert apply(timeless, "").status_code == 422
    assert apply(timeless, "LPK Maju").status_code == 201


def test_time_gives_the_allowance_back(catalog: Catalog) -> None:
    now = 1_000.0
    service = replace(
        service_on(catalog.database),
        clock=lambda: now,
        applications=Throttle(replace(APPLICATIONS_FROM_ONE_ADDRESS, count=1, seconds=60)),
    )
    catalog.client = held_to_contract(build(SETTINGS, service, FixedKeys())).test_client()
    assert apply(catalog, "LPK Maju").status_code == 201
    assert apply(catalog, "LPK Jaya").status_code == 429
    now += 60.0
    assert apply(catalog, "LPK Jaya").status_code == 201


def test_who_repeats_an_application_gets_its_answer_whoever_applied_meanwhile(
    timeless: Catalog,
) -> None:
    sent = {"x_forwarded_for": HERE, "idempotency_key": "an-application-by-phone"}
    given = timeless.post("/providers", provider_body(name="LPK Maju"), None, **sent)
    for number in range(MOST):
        apply(timeless, f"LPK Nomor {number}")
    repeated = timeless.post("/providers", provider_body(name="LPK Maju"), None, **sent)
    assert (given.status_code, repeated.data) == (201, given.data)
    assert apply(timeless, "LPK Lain").status_code == 429


def test_a_house_with_many_networks_counts_as_one(timeless: Catalog) -> None:
    statuses = [
        apply(timeless, f"LPK Nomor {n}", address=f"2001:db8:7:{n:x}::1").status_code
        for n in range(MOST + 2)
    ]
    assert statuses == [201] * MOST + [429] * 2


# --- under whose name ---


@pytest.mark.parametrize("name", ["LPK Maju Jaya", "lpk MAJU  jaya", "ＬＰＫ Maju Jaya"])
@pytest.mark.parametrize("approved", [False, True])
def test_nobody_applies_under_the_name_of_who_waits_or_is_approved(
    catalog: Catalog, name: str, approved: bool
) -> None:
    catalog.provider(name="LPK Maju Jaya", approved=approved)
    before = catalog.journal()
    refused = apply(catalog, name)
    document = refused.get_json()
    assert (refused.status_code, document["code"]) == (409, "provider-name-taken")
    assert [error["pointer"] for error in document["errors"]] == ["/name"]
    assert "Send the name by which yours can be told from it" in document["detail"]
    assert catalog.journal() == before


def test_a_name_is_free_again_once_it_was_refused(catalog: Catalog) -> None:
    first = catalog.provider(name="LPK Maju Jaya", approved=False)
    made(decide(catalog, first, "refused"))
    second = made(apply(catalog, "LPK Maju Jaya"))["id"]
    assert apply(catalog, "LPK Maju Jaya").status_code == 409
    made(decide(catalog, second, "approved"))
    assert apply(catalog, "LPK Maju Jaya").status_code == 409


def test_any_number_may_be_refused_under_one_name(catalog: Catalog) -> None:
    for _ in range(3):
        made(decide(catalog, made(apply(catalog, "LPK Maju Jaya"))["id"], "refused"))
    refused = made(catalog.get("/providers?status=refused", OPERATOR))["items"]
    assert [provider["name"] for provider in refused] == ["LPK Maju Jaya"] * 3


def test_a_longest_name_of_letters_that_expand_is_taken(catalog: Catalog) -> None:
    longest = "\ufdfa" * 200
    assert apply(catalog, longest).status_code == 201
    assert apply(catalog, longest).status_code == 409
