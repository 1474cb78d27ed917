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
from vocabulary.refusals.catalogue import ProviderNotApproved, ProviderSuspended

APPLICANT = Provider("provider", "LPK Maju", ProviderKind.LPK, "17.71", "lpk@maju.example")
APPROVED, REFUSED = ProviderStatus.APPROVED, ProviderStatus.REFUSED
SUSPENDED = ProviderStatus.SUSPENDED


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


def test_an_approved_provider_is_suspended_and_approved_again() -> None:
    approved = decide(APPLICANT, APPROVED, reason="Terakreditasi")
    suspended = decide(approved, SUSPENDED, reason="Diperiksa")
    assert (suspended.status, suspended.reason, suspended.version) == (SUSPENDED, "Diperiksa", 3)
    assert suspended.held_name == APPLICANT.held_name
    assert decide(suspended, APPROVED, reason="Selesai").status is APPROVED


@pytest.mark.parametrize(
    ("status", "decision"),
    [
        (ProviderStatus.APPLIED, SUSPENDED),
        (REFUSED, SUSPENDED),
        (SUSPENDED, SUSPENDED),
        (SUSPENDED, REFUSED),
        (APPROVED, REFUSED),
    ],
)
def test_what_cannot_be_decided_is_refused_with_what_can(
    status: ProviderStatus, decision: ProviderStatus
) -> None:
    with pytest.raises(StateConflict) as refused:
        decide(replace(APPLICANT, status=status), decision, reason="Diperiksa")
    assert refused.value.facts == {"state": status}
    left = {APPROVED: "suspended", SUSPENDED: "approved", REFUSED: "nothing more"}
    assert left.get(status, "approved or refused") in refused.value.detail


def test_a_suspended_provider_offers_nothing() -> None:
    with pytest.raises(ProviderSuspended):
        check_may_offer(replace(APPLICANT, status=SUSPENDED))


def test_the_journal_does_not_hold_the_contact_address() -> None:
    happening = provider_happening("applied", APPLICANT)
    assert (happening.kind, happening.region) == ("provider-applied", "17.71")
    assert "maju.example" not in repr(happening)
