"""The condition by which the database picks enrolments picks what the rule says, for every role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from chassis.identifiers import new_id
from services.enrolment.domain.reach import Reach, reach_to_act, reach_to_read
from services.enrolment.queries.enrolments import within
from services.enrolment.storage.tables.seats import ENROLMENT
from tests.services.enrolment.house import House
from vocabulary.roles import EVERY_ROLE


@dataclass(frozen=True)
class Somebody:
    """A caller."""

    role: str
    card: str | None
    provider: str | None
    region: str | None


class Owned(NamedTuple):
    """Whose an enrolment is."""

    enrolment_id: str
    card_ref: str
    provider_id: str


@pytest.fixture(scope="module")
def owned(shared_house: House) -> list[Owned]:
    """Enrolments of two cards at each of two providers."""
    providers = [new_id(), new_id()]
    classes = [shared_house.put_class(provider_id=provider) for provider in providers]
    taken = []
    for provider, class_id in zip(providers, classes, strict=True):
        for card in shared_house.award_many(2):
            enrolment = shared_house.enrolled(card, class_id)
            taken.append(Owned(enrolment["id"], card.card_ref, provider))
    return taken


def picked(house: House, reach: Reach) -> set[str]:
    """Return the enrolments that the database picks."""
    with house.service.database.reading() as connection:
        query = sa.select(ENROLMENT.c.enrolment_id).where(within(reach))
        return set(connection.execute(query).scalars())


@given(st.data())
def test_sql_and_rule_agree_on_whose_an_enrolment_is(
    shared_house: House, owned: list[Owned], data: st.DataObject
) -> None:
    strangers = st.sampled_from([None, new_id()])
    caller = Somebody(
        role=data.draw(st.sampled_from([*EVERY_ROLE, "janitor", ""])),
        card=data.draw(st.sampled_from([one.card_ref for one in owned]) | strangers),
        provider=data.draw(st.sampled_from([one.provider_id for one in owned]) | strangers),
        region=data.draw(st.sampled_from([None, "32", "32.73"])),
    )
    for reach in (reach_to_read(caller), reach_to_act(caller)):
        assert picked(shared_house, reach) == {
            one.enrolment_id
            for one in owned
            if reach.has_enrolment(card_ref=one.card_ref, provider_id=one.provider_id)
        }


def test_an_enrolment_of_either_owner_is_within_a_reach_of_both(
    shared_house: House, owned: list[Owned]
) -> None:
    reach = Reach(card_ref=owned[0].card_ref, provider_id=owned[-1].provider_id)
    assert picked(shared_house, reach) == {
        owned[0].enrolment_id,
        owned[2].enrolment_id,
        owned[3].enrolment_id,
    }
