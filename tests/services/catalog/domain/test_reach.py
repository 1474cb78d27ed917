"""What is not public of a provider is seen by its staff, by operators and by auditors; addresses not by auditors."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from services.catalog.domain.reach import Reach, reach_to_read
from vocabulary.roles import AUDITOR, HOLDER, OFFICER, OPERATOR, PROVIDER, SYSTEM


@dataclass(frozen=True)
class Caller:
    """Who asks, for a provider or for none."""

    role: str
    provider: str | None = None


def test_staff_see_inside_their_own_provider_only() -> None:
    reach = reach_to_read(Caller(PROVIDER, "ours"))
    assert [reach.has("ours"), reach.has("theirs"), reach.contacts] == [True, False, True]


def test_operators_and_auditors_see_inside_every_provider_and_auditors_no_contacts() -> None:
    operator, auditor = reach_to_read(Caller(OPERATOR)), reach_to_read(Caller(AUDITOR))
    assert [operator.has("any"), operator.contacts] == [True, True]
    assert [auditor.has("any"), auditor.contacts] == [True, False]


@pytest.mark.parametrize(
    "caller",
    [None, Caller(PROVIDER), Caller("new-role", "ours")]
    + [Caller(role, "ours") for role in (HOLDER, OFFICER, SYSTEM)],
)
def test_everybody_else_sees_what_is_public(caller: Caller | None) -> None:
    reach = reach_to_read(caller)
    assert not reach.has("ours")
    assert not reach.everything


def test_nothing_is_within_reach_unless_something_is_said() -> None:
    assert not Reach().has("ours")
