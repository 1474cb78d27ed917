"""Providers: institutions that apply, are decided on, and once approved may offer courses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from chassis.problems import StateConflict
from services.catalog.domain.names import name_key
from vocabulary.refusals.catalogue import ProviderNotApproved, ProviderSuspended


class ProviderKind(StrEnum):
    """What kind of institution a provider is."""

    LPK = "lpk"
    """A licensed job training institution (lembaga pelatihan kerja)."""

    PRIVATE_COURSE = "private_course"
    """A private course without that licence (kursus)."""

    BLK = "blk"
    BPVP = "bpvp"
    BBPVP = "bbpvp"
    """Public vocational training centres, by size and owner."""

    TRAINING_CENTRE = "training_centre"
    """A public training centre of another name."""

    SCHOOL = "school"
    UNIVERSITY = "university"
    COMPANY = "company"
    GOVERNMENT_OFFICE = "government_office"
    CERTIFICATION_BODY = "certification_body"
    OTHER = "other"


class ProviderStatus(StrEnum):
    """Where a provider stands; only an approved one may offer courses."""

    APPLIED = "applied"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    """It was approved, and for a while its classes take nobody else; who is in them stays."""


PUBLIC = frozenset({ProviderStatus.APPROVED, ProviderStatus.SUSPENDED})
"""Where a provider stands that everybody sees: what it offered before it was suspended stays readable."""

_NEXT = {
    ProviderStatus.APPLIED: (ProviderStatus.APPROVED, ProviderStatus.REFUSED),
    ProviderStatus.APPROVED: (ProviderStatus.SUSPENDED,),
    ProviderStatus.SUSPENDED: (ProviderStatus.APPROVED,),
    ProviderStatus.REFUSED: (),
}
"""What can be decided on a provider, by where it stands."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider. `regency` is where it sits (None where unknown); `email` is for the programme's staff only."""

    provider_id: str
    name: str
    kind: ProviderKind
    regency: str | None
    email: str | None
    status: ProviderStatus = ProviderStatus.APPLIED
    reason: str | None = None
    version: int = 1

    @property
    def held_name(self) -> str | None:
        """The name that nobody else can apply under, as `name_key` writes it; one that is refused holds none.

        So there is one undecided application for each name, and whoever applies in another's name stands in its way
        until the operator's refusal, and no longer.
        """
        return None if self.status is ProviderStatus.REFUSED else name_key(self.name)


def decide(provider: Provider, decision: ProviderStatus, *, reason: str) -> Provider:
    """Approve or refuse an applicant, suspend an approved provider, or approve it again.

    Raises `StateConflict` where it stands so that this cannot be decided.
    """
    possible = _NEXT[provider.status]
    if decision not in possible:
        left = f"it can be {' or '.join(possible)}" if possible else "nothing more can be decided"
        raise StateConflict(
            f"This provider is {provider.status}; {left}.", facts={"state": provider.status}
        )
    return replace(provider, status=decision, reason=reason, version=provider.version + 1)


def check_may_offer(provider: Provider) -> None:
    """Raise `ProviderNotApproved`, or `ProviderSuspended`, unless the provider may offer courses."""
    if provider.status is ProviderStatus.SUSPENDED:
        raise ProviderSuspended(_SUSPENDED)
    if provider.status is not ProviderStatus.APPROVED:
        raise ProviderNotApproved(facts={"state": provider.status})


_SUSPENDED = (
    "The provider is suspended: it offers nothing new and no more seats until the operator approves it again. Its"
    " classes go on for those who are in them, and can be called off; the decision says why."
)
