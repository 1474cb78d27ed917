"""What the rules forbid, the database refuses too: even to code that forgot the rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.classes import ClassCopy
from services.enrolment.storage.tables.exclusions import EXCLUSION_CASE, EXCLUSION_LIST
from services.enrolment.storage.tables.money import MOVEMENT
from services.enrolment.storage.tables.programme import CARD, WAVE
from services.enrolment.storage.tables.reports import ASSISTANCE
from services.enrolment.storage.tables.seats import ENROLMENT, TRAINING_CLASS
from tests.services.enrolment.exclusions import case_about, decide, in_force
from tests.services.enrolment.house import House, document


@pytest.fixture(scope="module")
def seated(shared_house: House) -> House:
    """One card with a seat in a class of ten, and nothing else: whatever is tried here is refused."""
    shared_house.enrolled(shared_house.award(), shared_house.put_class())
    return shared_house


@contextmanager
def refused(house: House, *, because: str) -> Iterator[sa.Connection]:
    """Expect the statement within to be refused by a constraint of this name, and nothing to change."""
    before = house.tables()
    with (
        pytest.raises(sa.exc.DBAPIError, match=because),
        house.service.database.writing() as connection,
    ):
        yield connection
    assert house.tables() == before


def test_a_class_is_never_oversold(seated: House) -> None:
    # Two constraints say so: which of them speaks first is the database's affair.
    with refused(seated, because="class_(never_oversold|keeps_offered_seats)") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(held=11))


def test_a_class_keeps_the_seats_that_it_offers(seated: House) -> None:
    with refused(seated, because="class_keeps_offered_seats") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(held=9, offered=2))
    with refused(seated, because="class_keeps_offered_seats") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(offered=-1))


def test_a_waiting_list_is_never_shorter_than_empty(seated: House) -> None:
    with refused(seated, because="class_has_no_negative_list") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(waiting=-1))


def test_a_class_holds_no_negative_seats(seated: House) -> None:
    with refused(seated, because="class_holds_no_negative_seats") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(held=-1))


def test_a_class_keeps_the_seats_it_declares(seated: House) -> None:
    with refused(seated, because="class_keeps_declared_seats") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(effective_seats=9))


def test_nobody_is_enrolled_by_another_without_having_agreed(seated: House) -> None:
    with refused(seated, because="enrolment_assisted_with_consent") as connection:
        connection.execute(sa.update(ENROLMENT).values(assisted=True))


def test_no_more_is_assisted_than_there_is(seated: House) -> None:
    with refused(seated, because="assistance_is_a_part") as connection:
        connection.execute(
            sa.insert(ASSISTANCE).values(
                month="2027-01",
                region="17.71",
                enrolments=1,
                enrolments_assisted=2,
                applications=0,
                applications_assisted=0,
            )
        )


def test_a_price_is_never_negative(seated: House) -> None:
    with refused(seated, because="class_price_never_negative") as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(price=-1))


def test_a_balance_is_never_negative(seated: House) -> None:
    with refused(seated, because="card_balance_never_negative") as connection:
        connection.execute(sa.update(CARD).values(balance=-1))


def test_a_wave_opens_before_it_closes(seated: House) -> None:
    with refused(seated, because="wave_opens_before_it_closes") as connection:
        connection.execute(sa.update(WAVE).values(closes_at=WAVE.c.opens_at))


def copy_of_enrolment(**changes: object) -> sa.Insert:
    """Insert the one enrolment again under another id, with changes."""
    values = {
        c.name: sa.literal(changes[c.name], c.type) if c.name in changes else c for c in ENROLMENT.c
    }
    values["enrolment_id"] = sa.literal(new_id(), ENROLMENT.c.enrolment_id.type)
    return sa.insert(ENROLMENT).from_select(list(values), sa.select(*values.values()))


def test_a_card_is_never_twice_in_a_class(seated: House) -> None:
    with refused(
        seated, because="enrolment_once_a_class|card_ref, enrolment.class_id"
    ) as connection:
        connection.execute(copy_of_enrolment(live_slot=2))


def test_two_running_trainings_never_share_a_slot(seated: House) -> None:
    other = new_id()
    with refused(
        seated, because="enrolment_one_a_slot|card_ref, enrolment.live_slot"
    ) as connection:
        classes = seated.service.stores.classes
        classes.put(connection, [ClassCopy(other, seated.class_values())])
        connection.execute(copy_of_enrolment(class_id=other))


@pytest.mark.parametrize(
    ("state", "slot"),
    [("confirmed", None), ("active", None), ("cancelled", 1), ("completed", 1)],
)
def test_a_slot_is_held_while_a_training_runs_and_no_longer(
    seated: House, state: str, slot: int | None
) -> None:
    with refused(seated, because="enrolment_has_a_slot_while_live") as connection:
        connection.execute(sa.update(ENROLMENT).values(state=state, live_slot=slot))


def test_an_enrolment_needs_a_card_and_a_class(seated: House) -> None:
    for column in ("card_ref", "class_id"):
        with refused(seated, because=r"(?i)foreign.key") as connection:
            connection.execute(sa.update(ENROLMENT).values({column: new_id()}))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"amount": 0}, "movement_moves_something"),
        ({"amount": -5}, "movement_moves_something"),
        ({"source": "card", "target": "card"}, "movement_between_two_accounts"),
    ],
)
def test_a_movement_moves_something_from_one_account_to_another(
    seated: House, changes: dict[str, object], because: str
) -> None:
    card_ref = seated.tables()["card"][0][0]
    values = {
        "movement_id": new_id(),
        "cause": "award",
        "source": "state",
        "target": "card",
        "amount": 1,
        "card_ref": card_ref,
        "moved_at": utc_now(),
    }
    with refused(seated, because=because) as connection:
        connection.execute(sa.insert(MOVEMENT).values({**values, **changes}))


@pytest.mark.parametrize(
    "statement",
    [
        "update movement set amount = amount + 1",
        "delete from movement",
        "update journal_entry set actor = 'somebody'",
        "delete from journal_entry",
        "update journal_head set size = size - 1",
        "delete from journal_head",
    ],
)
def test_money_moved_and_entries_written_stay_as_they_are(seated: House, statement: str) -> None:
    with refused(seated, because="append-only|only grows|permission denied") as connection:
        connection.execute(sa.text(statement))
    before = seated.tables()
    with (
        pytest.raises(sa.exc.DBAPIError, match=r"append-only|only grows"),
        seated.as_owner() as connection,
    ):
        connection.execute(sa.text(statement))
    assert seated.tables() == before


@pytest.fixture(scope="module")
def excluded(seated: House) -> House:
    """The same, with a list in force and a case that was upheld."""
    card = seated.award()
    document(decide(seated, case_about(seated, card), "upheld", by="operator:rina"))
    return seated


def test_of_a_group_one_list_is_in_force(excluded: House) -> None:
    other = in_force(excluded, ["3273010101800001"], group="student")
    with refused(
        excluded, because="exclusion_list_one_in_force|exclusion_list.people"
    ) as connection:
        of_other = EXCLUSION_LIST.c.list_id == other
        connection.execute(
            sa.update(EXCLUSION_LIST).where(of_other).values(people="civil-servant", number=99)
        )


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"state": "lost"}, "exclusion_list_state_is_known"),
        ({"rows": 99}, "exclusion_list_counts_its_rows"),
        ({"received_at": None}, "exclusion_list_received_as_a_whole"),
        ({"activated_by": None}, "exclusion_list_activated_by_somebody"),
        ({"withdrawn_by": "x"}, "exclusion_list_withdrawn_by_somebody"),
        ({"forgotten_at": utc_now()}, "exclusion_list_kept_while_it_may_judge"),
    ],
)
def test_a_list_is_whole(excluded: House, changes: dict[str, object], because: str) -> None:
    with refused(excluded, because=because) as connection:
        in_it = EXCLUSION_LIST.c.people == "civil-servant"
        connection.execute(sa.update(EXCLUSION_LIST).where(in_it).values(**changes))


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"state": "lost"}, "exclusion_case_state_is_known"),
        ({"due_at": None}, "exclusion_case_ends_once"),
        ({"state": "dismissed"}, "exclusion_case_ends_once"),
        ({"upheld_by": None}, "exclusion_case_upheld_by_somebody"),
        ({"state": "appealed"}, "exclusion_case_appealed_before_it_is_reviewed"),
        ({"reviewed_by": "operator:rina"}, "exclusion_case_reviewed_by_another"),
    ],
)
def test_a_case_is_decided_by_whom_it_says(
    excluded: House, changes: dict[str, object], because: str
) -> None:
    with refused(excluded, because=because) as connection:
        connection.execute(sa.update(EXCLUSION_CASE).values(**changes))


def test_about_a_card_and_a_group_one_case_goes_on(excluded: House) -> None:
    values = {c.name: c for c in EXCLUSION_CASE.c}
    copied = {**values, "case_id": sa.literal(new_id(), EXCLUSION_CASE.c.case_id.type)}
    because = "exclusion_case_one_at_a_time|exclusion_case.card_ref"
    with refused(excluded, because=because) as connection:
        query = sa.select(*copied.values())
        connection.execute(sa.insert(EXCLUSION_CASE).from_select(list(copied), query))
