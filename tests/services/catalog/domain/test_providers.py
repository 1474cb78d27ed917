"""How an institution becomes a provider."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.problems import StateConflict
from services.catalog.domain.happenings import provider_happening
from services.catalog.domain.providers import (
    Provider,
    ProviderKind,
    ProviderStatus,
    check_may_offer,
    decide,
)
from vocabulary.refusals import ProviderNotApproved

APPLICANT = Provider("provider", "LPK Maju", ProviderKind.LPK, "17.71", "lpk@maju.example")
APPROVED, REFUSED = ProviderStatus.APPROVED, ProviderStatus.REFUSED


@pytest.mark.parametrize("decision", [APPROVED, REFUSED])
def test_an_applicant_is_decided_on_once(decision: ProviderStatus) -> None:
    decided = decide(APPLICANT, decision, reason="Terakreditasi")
    assert (decided.status, decided.reason, decided.version) == (decision, "Terakreditasi", 2)
    with pytest.raises(StateConflict):
        decide(decided, APPROVED, reason="Lagi")


@pytest.mark.parametrize("status", [ProviderStatus.APPLIED, REFUSED])
def test_only_an_approved_provider_may_offer_courses(status: ProviderStatus) -> None:
    with pytest.raises(ProviderNotApproved):
        check_may_offer(replace(APPLICANT, status=status))
    check_may_offer(replace(APPLICANT, status=APPROVED))


def test_the_journal_does_not_hold_the_contact_address() -> None:
    happening = provider_happening("applied", APPLICANT)
    assert (happening.kind, happening.region) == ("provider-applied", "17.71")
    assert "maju.example" not in repr(happening)
