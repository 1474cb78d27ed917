"""Who may invite whom, and who may remove whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account
from vocabulary.roles import AUDITOR, OFFICER, OPERATOR, PROVIDER

INVITED = (OFFICER, AUDITOR, OPERATOR, PROVIDER)
"""The roles of staff. Holders activate their card instead, and a service is registered by a command."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as its row stands; what is sealed is the address it was sent to, and goes when it has ended."""

    invitation_id: str
    mandate: Mandate
    is_owner: bool
    name_digest: str | None
    sealed: str | None = field(repr=False)
    code_digest: str = field(repr=False)
    invited_by: str
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state_at(self, now: datetime) -> str:
        """Return where the invitation stands."""
        if self.accepted_at is not None:
            return "accepted"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= now else "open"


@dataclass(frozen=True, slots=True)
class Inviter:
    """Somebody who deals with staff: everybody's (the programme's management), or that of one provider."""

    role: str
    provider: str | None
    is_owner: bool

    def may_invite(self, mandate: Mandate) -> bool:
        """Tell whether this one may invite as that: operators anybody, owners their colleagues."""
        if mandate.role not in INVITED:
            return False
        if self.role == OPERATOR:
            return True
        return self.is_owner and mandate.role == PROVIDER and mandate.provider == self.provider

    def may_see(self, mandate: Mandate) -> bool:
        """Tell whether this one sees staff with that mandate: everybody's, or the own colleagues."""
        if self.role in (OPERATOR, AUDITOR):
            return True
        return self.role == PROVIDER and mandate.provider == self.provider is not None

    def may_remove(self, account: Account) -> bool:
        """Tell whether this one may remove that one; whether it is the last owner is another question."""
        if self.role == OPERATOR:
            return True
        return self.is_owner and self.may_see(account.mandate)


def context_of(invitation_id: str) -> str:
    """Return what an invitation's sealed address is bound to, so that it opens in no other row."""
    return f"invitation {invitation_id}"
