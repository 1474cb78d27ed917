"""A draw's steps stand on one another in the database too, and an application forgets who made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.identifiers import new_id
from services.enrolment.storage.tables.draws import APPLICATION, DRAW
from tests.services.enrolment.draws import applied, open_draw
from tests.services.enrolment.house import House
from tests.services.enrolment.storage.test_constraints import refused

NOW = utc_now()
ROOT = "a" * 64
LISTED = {"closed_at": NOW, "listed_at": NOW, "list_root": ROOT, "size": 1}
SETTLED = {
    "outside_value": "7",
    "value_source": "drand",
    "published_at": NOW + timedelta(seconds=1),
    "entered_by": "operator",
    "entered_at": NOW,
}
ORDERED = {"order_root": ROOT, "ordered_at": NOW}
REVEALED = {"secret": ROOT, "revealed_at": NOW, "sealed_secret": None}
TOLD = {**LISTED, **SETTLED, **ORDERED, **REVEALED}
FORGOTTEN = {"sealed": None, "nik_digest": None, "ended_position": 1}


@pytest.fixture(scope="module")
def announced(shared_house: House) -> House:
    """One draw with one application, and nothing else: whatever is tried here is refused."""
    applied(shared_house, open_draw(shared_house), next(shared_house.supply))
    return shared_house


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({**LISTED, "closed_at": None}, "draw_listed_once_closed"),
        ({**LISTED, "listed_at": None}, "draw_listed_once_closed"),
        ({**LISTED, "list_root": None}, "draw_listed_once_closed"),
        ({**LISTED, "size": None}, "draw_listed_once_closed"),
        (SETTLED, "draw_settled_once_listed"),
        ({**LISTED, **SETTLED, "published_at": NOW}, "draw_settled_once_listed"),
        ({**LISTED, **SETTLED, "value_source": None}, "draw_settled_once_listed"),
        ({**LISTED, **SETTLED, "published_at": None}, "draw_settled_once_listed"),
        ({**LISTED, **SETTLED, "entered_by": None}, "draw_settled_once_listed"),
        ({**LISTED, **SETTLED, "entered_at": None}, "draw_settled_once_listed"),
        ({**LISTED, **ORDERED}, "draw_ordered_once_settled"),
        ({**LISTED, **SETTLED, "ordered_at": NOW}, "draw_ordered_once_settled"),
        ({**LISTED, **SETTLED, **REVEALED}, "draw_revealed_once_ordered"),
        ({"sealed_secret": None}, "draw_revealed_once_ordered"),
        ({**LISTED, **SETTLED, **ORDERED, "secret": ROOT}, "draw_revealed_once_ordered"),
        ({**TOLD, "revealed_at": None}, "draw_revealed_once_ordered"),
        ({**TOLD, "sealed_secret": "x"}, "draw_revealed_once_ordered"),
        ({**LISTED, **SETTLED, **ORDERED, "drawn": 1}, "draw_judges_once_revealed"),
        ({**TOLD, "drawn": 2}, "draw_judges_once_revealed"),
        ({**TOLD, "drawn": -1}, "draw_judges_once_revealed"),
        ({**TOLD, "refused": -1}, "draw_judges_once_revealed"),
        ({**TOLD, "not_drawn": -1}, "draw_judges_once_revealed"),
        ({**TOLD, "ended_at": NOW}, "draw_judges_once_revealed"),
        ({**LISTED, "size": 0, "ended_at": NOW}, "draw_judges_once_revealed"),
    ],
)
def test_no_step_stands_without_the_one_before(
    announced: House, values: dict[str, Any], because: str
) -> None:
    with refused(announced, because=because) as connection:
        connection.execute(sa.update(DRAW).values(values))


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({**FORGOTTEN, "state": "lost"}, "application_state_is_known"),
        (FORGOTTEN, "application_forgets_who_made_it"),
        ({"state": "withdrawn"}, "application_forgets_who_made_it"),
        (
            {"state": "withdrawn", "sealed": None, "ended_position": 1},
            "application_forgets_who_made_it",
        ),
        ({"sealed": None, "nik_digest": None}, "application_forgets_who_made_it"),
        (
            {"state": "withdrawn", "sealed": None, "nik_digest": None},
            "application_forgets_who_made_it",
        ),
        ({"place": 1}, "application_judged_as_a_whole"),
        ({"code": "quota-full"}, "application_judged_as_a_whole"),
        (
            {**FORGOTTEN, "state": "drawn", "place": 1},
            "application_judged_as_a_whole",
        ),
    ],
)
def test_an_application_ends_as_a_whole(
    announced: House, values: dict[str, Any], because: str
) -> None:
    with refused(announced, because=because) as connection:
        connection.execute(sa.update(APPLICATION).values(values))


def test_a_person_has_one_application_in_a_wave(announced: House) -> None:
    with refused(announced, because=r"(?i)application_once_a_person|unique") as connection:
        columns = [c for c in APPLICATION.c if c.name != "application_id"]
        again = sa.select(sa.literal(new_id(), APPLICATION.c.application_id.type), *columns)
        names = ["application_id", *[c.name for c in columns]]
        connection.execute(sa.insert(APPLICATION).from_select(names, again))
