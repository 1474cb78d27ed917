"""What the rules of learning forbid, the database refuses too: even to code that forgot the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.tables.learning import EVIDENCE, REVIEW, TRAINING_RESULT
from services.enrolment.storage.tables.money import MOVEMENT
from tests.services.enrolment.house import PRICE, House, document
from tests.services.enrolment.teaching import Taught, taught

NOBODY_S = "01900000-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.fixture(scope="module")
def school(shared_house: House) -> Taught:
    """Two in a class: one judged and reviewed, of the other nothing is told; whatever is tried here is refused."""
    of = taught(shared_house, 2)
    of.came()
    document(of.judge())
    document(of.review(), 201)
    return of


def refuse(of: Taught, statement: Any, *, because: str) -> None:
    """Run a statement as the application and see it refused, with everything as before."""
    before = of.house.tables()
    with (
        pytest.raises(sa.exc.DBAPIError, match=because),
        of.house.service.database.writing() as connection,
    ):
        connection.execute(statement)
    assert of.house.tables() == before


def evidence(of: Taught, **changes: Any) -> sa.Insert:
    values: Mapping[str, Any] = {
        "evidence_id": new_id(),
        "enrolment_id": of.enrolments[1],
        "sequence": 1,
        "present": True,
        "source": "instructor",
        "device_time": utc_now(),
        "recorded_at": utc_now(),
        "actor": "staff:1",
        "role": "provider",
        "position": 1,
    }
    return sa.insert(EVIDENCE).values({**values, **changes})


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"sequence": 0}, "evidence_of_a_meeting"),
        ({"sequence": 1_000}, "evidence_of_a_meeting"),
        ({"score": 50}, "evidence_scores_the_final_test"),
        ({"sequence": 999, "score": 101}, "evidence_scores_the_final_test"),
        ({"held_from": datetime(2026, 1, 1, tzinfo=UTC)}, "evidence_of_a_whole_make_up"),
        ({"enrolment_id": NOBODY_S}, "(?i)foreign.key"),
    ],
    ids=str,
)
def test_evidence_is_of_a_meeting_of_somebody(
    school: Taught, changes: dict[str, Any], because: str
) -> None:
    refuse(school, evidence(school, **changes), because=because)


def test_evidence_has_one_id_and_is_corrected_once_for_a_reason(school: Taught) -> None:
    with school.house.service.database.reading() as connection:
        of_meeting = sa.select(EVIDENCE.c.evidence_id).where(EVIDENCE.c.sequence == 1)
        first = connection.execute(of_meeting).scalar_one()
    refuse(school, evidence(school, evidence_id=first), because=r"(?i)unique|append-only")
    refuse(
        school,
        evidence(school, corrects=first),
        because="evidence_corrected_for_a_reason",
    )
    same = new_id()
    refuse(
        school,
        evidence(school, evidence_id=same, corrects=same, reason="Salah"),
        because="evidence_corrected_for_a_reason",
    )
    item = school.item(0, corrects=first, present=False, reason="Salah orang")
    assert document(school.record(item))["accepted"]
    refuse(
        school,
        evidence(school, corrects=first, reason="Sekali lagi"),
        because="evidence_corrected_once|evidence.corrects",
    )


def result(of: Taught, **changes: Any) -> sa.Insert:
    values: Mapping[str, Any] = {
        "enrolment_id": of.enrolments[1],
        "outcome": "completed",
        "attended": 1,
        "meetings": 1,
        "evidence": '["x"]',
        "rule_version": "2023-01",
        "given_at": utc_now(),
    }
    return sa.insert(TRAINING_RESULT).values({**values, **changes})


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"outcome": "voided"}, "training_result_is_known"),
        ({"evidence": "[]"}, "training_result_from_evidence"),
        ({"attended": 2}, "training_result_from_evidence"),
        ({"attended": 0}, "training_result_completed_by_who_came"),
        ({"movement_id": NOBODY_S}, "training_result_completed_by_who_came"),
    ],
    ids=str,
)
def test_a_result_is_from_evidence(school: Taught, changes: dict[str, Any], because: str) -> None:
    refuse(school, result(school, **changes), because=because)


def test_an_enrolment_has_one_result_and_one_review(school: Taught) -> None:
    judged = school.enrolments[0]
    again = result(school, enrolment_id=judged)
    refuse(school, again, because=r"(?i)unique|append-only")
    review = {"enrolment_id": judged, "rating": 5, "reviewed_at": utc_now()}
    refuse(school, sa.insert(REVIEW).values(review), because="(?i)unique")


def test_what_was_set_aside_leaves_once(house: House) -> None:
    of = taught(house)
    of.came(0, 1)
    document(of.judge())
    leaves = {
        "movement_id": new_id(),
        "cause": "cancellation",
        "source": "set_aside",
        "target": "card",
        "amount": PRICE,
        "card_ref": of.cards[0].card_ref,
        "enrolment_id": of.enrolments[0],
        "moved_at": utc_now(),
    }
    refuse(of, sa.insert(MOVEMENT).values(leaves), because="(?i)unique")


@pytest.mark.parametrize("rating", [0, 6])
def test_a_review_rates_from_one_to_five(school: Taught, rating: int) -> None:
    review = {"enrolment_id": school.enrolments[1], "rating": rating, "reviewed_at": utc_now()}
    refuse(school, sa.insert(REVIEW).values(review), because="review_rates_from_one_to_five")


@pytest.mark.parametrize("table", ["evidence", "training_result"])
@pytest.mark.parametrize("change", ["update {} set enrolment_id = enrolment_id", "delete from {}"])
def test_what_was_told_and_judged_stays_as_it_is(school: Taught, table: str, change: str) -> None:
    statement = sa.text(change.format(table))
    refuse(school, statement, because="append-only|permission denied")
    before = school.house.tables()
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        school.house.as_owner() as connection,
    ):
        connection.execute(statement)
    assert school.house.tables() == before
