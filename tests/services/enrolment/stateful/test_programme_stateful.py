"""Whatever is done to the programme in whatever order: what its rules say is what happens, and nothing gets lost."""

from __future__ import annotations

from tests.services.enrolment.house import House
from tests.services.enrolment.stateful.drawing import Drawing
from tests.services.enrolment.stateful.excluding import Excluding
from tests.services.enrolment.stateful.keeping import Keeping
from tests.services.enrolment.stateful.learning import Learning
from tests.services.enrolment.stateful.passing_time import let_surveys_age
from tests.services.enrolment.stateful.waiting import Waiting
from tests.services.enrolment.stateful.walks import walk


class Selection(Keeping, Excluding, Drawing):
    """Who gets a card, and what becomes of it without a class."""


class Trainings(Learning, Waiting, Keeping):
    """Cards that are there already, and what becomes of them in classes."""


class Lists(Waiting):
    """Many who want the same few seats."""

    people_at_first = 6
    seats_at_first = 1
    begins_in, registration_ends_in = 31, 25
    days_at_once = (2, 2, 6)


class Programme(Learning, Waiting, Keeping, Excluding, Drawing):
    """Everything at once."""


def test_whoever_gets_a_card_gets_it_by_the_rules_whatever_is_done(house: House) -> None:
    let_surveys_age(house)
    walk(Selection, house, walks=6, steps=50)


def test_trainings_keep_the_rules_whatever_becomes_of_them(house: House) -> None:
    let_surveys_age(house)
    walk(Trainings, house, walks=6, steps=50)


def test_waiting_lists_keep_the_rules_whatever_is_done(house: House) -> None:
    let_surveys_age(house)
    walk(Lists, house, walks=16, steps=60)


def test_the_programme_keeps_its_rules_whatever_is_done(house: House) -> None:
    let_surveys_age(house)
    walk(Programme, house, walks=6, steps=50)
