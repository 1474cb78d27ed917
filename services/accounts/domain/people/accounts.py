"""An account: somebody who signs in, as one thing: a role and the card, provider or region it is bound to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.accounts.domain.mandates import Mandate


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its row stands.

    `sealed` holds the e-mail address and the name of staff; nothing is kept of holders but their card. An account that
    was disabled has neither name, address nor password left.
    """

    account_id: str
    mandate: Mandate
    is_owner: bool
    name_digest: str | None
    sealed: str | None = field(repr=False)
    password_hash: str | None = field(repr=False)
    language: str
    created_at: datetime
    disabled_at: datetime | None = None
    invited_by: str | None = None

    @property
    def can_sign_in(self) -> bool:
        """Tell whether there is anything to sign in with."""
        return self.disabled_at is None and self.password_hash is not None


@dataclass(frozen=True, slots=True)
class Contact:
    """What is sealed with an account of staff: to whom it belongs."""

    email: str = field(repr=False)
    display_name: str = field(repr=False)


def context_of(account_id: str) -> str:
    """Return what an account's sealed text is bound to, so that it opens in no other row."""
    return f"account {account_id}"
