"""Whose things are: how far each role reaches."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.reach import Reach, reach_to_act, reach_to_read
from vocabulary.roles import AUDITOR, EVERY_ROLE, HOLDER, OFFICER, OPERATOR, PROVIDER


@dataclass(frozen=True)
class Somebody:
    """A caller whose credential is bound to everything a credential can be bound to, unless told otherwise."""

    role: str
    card: str | None = "card-1"
    provider: str | None = "provider-1"
    region: str | None = "32"


def has(reach: Reach, *, card: str = "card-1", provider: str = "provider-1") -> tuple[bool, ...]:
    """Tell which of an enrolment, a class and a card of Bandung are within a reach."""
    return (
        reach.has_enrolment(card_ref=card, provider_id=provider),
        reach.has_class(provider_id=provider),
        reach.has_card(region="32.73"),
    )


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        (HOLDER, (True, False, False), (True, False, False)),
        (PROVIDER, (True, True, False), (True, True, False)),
        (OFFICER, (False, False, True), (False, False, True)),
        (OPERATOR, (True, True, True), (True, True, True)),
        (AUDITOR, (True, True, True), (False, False, False)),
    ],
)
def test_a_role_reaches_what_it_is_bound_to(
    role: str, reads: tuple[bool, ...], acts: tuple[bool, ...]
) -> None:
    caller = Somebody(role)
    assert (has(reach_to_read(caller)), has(reach_to_act(caller))) == (reads, acts)


@given(st.text(max_size=12).filter(lambda role: role not in EVERY_ROLE) | st.just("system"))
def test_a_role_that_is_not_named_reaches_nothing(role: str) -> None:
    caller = Somebody(role)
    assert reach_to_read(caller) == reach_to_act(caller) == Reach()
    assert not any(has(Reach()))


@pytest.mark.parametrize("role", [HOLDER, PROVIDER, OFFICER])
def test_a_credential_that_is_bound_to_nothing_reaches_nothing(role: str) -> None:
    caller = Somebody(role, card=None, provider=None, region=None)
    assert not any(has(reach_to_read(caller)))
    assert not any(has(reach_to_act(caller)))


@pytest.mark.parametrize("role", [HOLDER, PROVIDER])
def test_what_is_anothers_is_out_of_reach(role: str) -> None:
    reach = reach_to_act(Somebody(role))
    assert not any(has(reach, card="card-2", provider="provider-2"))


@pytest.mark.parametrize(
    ("region", "within"),
    [("32", True), ("32.73", True), ("32.7", False), ("3", False), ("33", False), ("", False)],
)
def test_a_province_holds_its_regencies_and_nothing_else(region: str, within: bool) -> None:
    assert reach_to_read(Somebody(OFFICER, region=region)).has_card(region="32.73") is within


def test_an_office_whose_code_was_abolished_reaches_the_people_of_its_successor() -> None:
    reach = reach_to_act(Somebody(OFFICER, region="91.01"))
    assert reach.has_card(region="93.01")
    assert not reach.has_card(region="93.02")
