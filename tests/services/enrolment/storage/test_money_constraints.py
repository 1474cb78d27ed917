"""What the rules of money forbid, the database refuses too: even to code that forgot the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.domain.money.incentive import IncentiveKind
from services.enrolment.domain.money.movement import Account
from services.enrolment.domain.money.survey import Work
from services.enrolment.storage.tables.money import ACCOUNT_DAY, INCENTIVE, MOVEMENT, SURVEY
from tests.services.enrolment.house import PRICE, House, document
from tests.services.enrolment.lived_in import sum_up_days
from tests.services.enrolment.storage.test_learning_constraints import refuse
from tests.services.enrolment.teaching import Taught, taught

TABLES = {"movement": MOVEMENT, "survey": SURVEY, "account_day": ACCOUNT_DAY}
LONG_AGO = datetime(2020, 4, 11, tzinfo=UTC)
"""The same in every process: it stands in the names of tests."""


@pytest.fixture(scope="module")
def owed(shared_house: House) -> Taught:
    """Somebody whose incentive is due and who handed in a survey; whatever is tried here is refused."""
    of = taught(shared_house).completed()
    document(of.survey(), 201)
    sum_up_days(shared_house)
    return of


def movement(of: Taught, **changes: Any) -> sa.Insert:
    values: Mapping[str, Any] = {
        "movement_id": new_id(),
        "cause": "award",
        "source": "state",
        "target": "card",
        "amount": PRICE,
        "card_ref": of.cards[0].card_ref,
        "moved_at": utc_now(),
    }
    return sa.insert(MOVEMENT).values({**values, **changes})


@pytest.mark.parametrize("end", ["source", "target"])
def test_money_moves_between_accounts_that_are_known(owed: Taught, end: str) -> None:
    refuse(owed, movement(owed, **{end: "pocket"}), because="movement_between_known_accounts")


@pytest.mark.parametrize("account", ["set_aside", "paid"])
@pytest.mark.parametrize("missing", ["enrolment_id", "class_id", "provider_id"])
def test_a_providers_money_names_its_training(owed: Taught, account: str, missing: str) -> None:
    named = {
        "enrolment_id": owed.enrolments[0],
        "class_id": owed.class_id,
        "provider_id": owed.provider_id,
        missing: None,
    }
    because = "movement_of_a_provider_names_its_training"
    refuse(owed, movement(owed, target=account, **named), because=because)
    refuse(owed, movement(owed, source=account, target="state", **named), because=because)


def test_the_accounts_that_are_known_are_those_of_the_code() -> None:
    for table in (MOVEMENT, ACCOUNT_DAY):
        known = " ".join(str(c.sqltext) for c in table.constraints if hasattr(c, "sqltext"))
        assert all(f"'{account.value}'" in known for account in Account)


def incentive(**changes: Any) -> sa.Insert:
    """Insert the one for the training again, with changes."""
    columns = [column for column in INCENTIVE.c if column.name not in changes]
    given = {
        name: sa.literal(value, INCENTIVE.c[name].type).label(name)
        for name, value in changes.items()
    }
    source = sa.select(*columns, *given.values()).where(INCENTIVE.c.kind == "completion")
    return sa.insert(INCENTIVE).from_select([c.name for c in (*columns, *given.values())], source)


def a_movement(of: Taught, cause: str = "enrolment") -> str:
    with of.house.service.database.reading() as connection:
        query = sa.select(MOVEMENT.c.movement_id).where(MOVEMENT.c.cause == cause)
        return str(connection.execute(query).scalars().first())


def test_an_incentive_is_due_once(owed: Taught) -> None:
    again = incentive(incentive_id=a_movement(owed))
    refuse(owed, again, because="incentive_due_once|incentive.card_ref")


def test_an_incentive_is_made_due_by_a_movement(owed: Taught) -> None:
    strange = incentive(incentive_id=new_id(), number=9)
    refuse(owed, strange, because="(?i)foreign.key")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"kind": "bonus"}, "incentive_kind_is_known"),
        ({"amount": 0}, "incentive_of_something"),
        ({"number": 0}, "incentive_of_something"),
        ({"withdrawn_at": LONG_AGO}, "incentive_withdrawn_by_a_movement"),
    ],
    ids=str,
)
def test_an_incentive_is_whole(owed: Taught, changes: dict[str, Any], because: str) -> None:
    refuse(owed, sa.update(INCENTIVE).values(changes), because=because)


def test_an_incentive_is_not_withdrawn_by_what_made_it_due(owed: Taught) -> None:
    by_itself = sa.update(INCENTIVE).values(
        withdrawal_id=INCENTIVE.c.incentive_id, withdrawn_at=INCENTIVE.c.due_since
    )
    refuse(owed, by_itself, because="incentive_withdrawn_by_a_movement")


def survey(of: Taught, **changes: Any) -> sa.Insert:
    values = {
        "card_ref": of.cards[0].card_ref,
        "number": 2,
        "work": "employed",
        "use": 3,
        "rule_version": "2023-01",
        "handed_in_at": utc_now(),
    }
    return sa.insert(SURVEY).values({**values, **changes})


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"number": 1}, "(?i)unique|append-only"),
        ({"number": 0}, "survey_has_a_number"),
        ({"work": "asn"}, "survey_is_answered"),
        ({"use": 6}, "survey_is_answered"),
    ],
    ids=str,
)
def test_a_survey_is_handed_in_once_and_answered(
    owed: Taught, changes: dict[str, Any], because: str
) -> None:
    refuse(owed, survey(owed, **changes), because=because)


def test_the_choices_that_are_known_are_those_of_the_code() -> None:
    for table, choices in ((SURVEY, Work), (INCENTIVE, IncentiveKind)):
        known = " ".join(str(c.sqltext) for c in table.constraints if hasattr(c, "sqltext"))
        assert all(f"'{choice.value}'" in known for choice in choices)


def day(**changes: Any) -> sa.Insert:
    values = {
        "line_id": new_id(),
        "day": "2027-01-01",
        "begins_at": utc_now(),
        "ends_at": utc_now() + timedelta(days=1),
        "account": "card",
        "opening": 5,
        "came_in": 3,
        "went_out": 1,
        "closing": 7,
        "settled_at": utc_now(),
    }
    return sa.insert(ACCOUNT_DAY).values({**values, **changes})


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"closing": 8}, "account_day_adds_up"),
        ({"came_in": -1, "closing": 3}, "account_day_adds_up"),
        ({"account": "pocket"}, "account_day_of_a_known_account"),
        ({"ends_at": LONG_AGO}, "account_day_ends_after_it_begins"),
    ],
    ids=str,
)
def test_a_day_adds_up(owed: Taught, changes: dict[str, Any], because: str) -> None:
    refuse(owed, day(**changes), because=because)


def test_an_account_has_a_day_once(owed: Taught) -> None:
    with owed.house.service.database.reading() as connection:
        kept = connection.execute(sa.select(ACCOUNT_DAY.c.day)).scalars().first()
    refuse(owed, day(day=kept), because="account_day_once|account_day.account|append-only")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["update {} set {} = {}", "delete from {}"])
def test_what_moved_was_answered_and_was_summed_up_stays_as_it_is(
    owed: Taught, table: str, change: str
) -> None:
    column = next(iter(TABLES[table].c)).name
    statement = sa.text(change.format(table, column, column))
    refuse(owed, statement, because="append-only|permission denied")
    before = owed.house.tables()
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        owed.house.as_owner() as connection,
    ):
        connection.execute(statement)
    assert owed.house.tables() == before
