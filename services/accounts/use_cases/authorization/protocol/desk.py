"""What one transaction gives or takes back tokens with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from joserfc.jwk import OKPKey

from chassis.database import Database
from chassis.journal import Journal
from chassis.sealing import Seal
from services.accounts.domain.clients import SECRET_BYTES
from services.accounts.domain.mandates import Mandate
from services.accounts.storage.people.accounts import load_account
from services.accounts.use_cases.issue_token import signing_pair


def new_secret() -> str:
    """Make a code or a token that nobody guesses."""
    return secrets.token_urlsafe(SECRET_BYTES)


@dataclass(frozen=True)
class Desk:
    """An open transaction, its decision time, and what tokens are made of."""

    connection: sa.Connection
    database: Database
    journal: Journal
    seal: Seal
    issuer: str
    audience: str
    request_id: str
    now: datetime

    def mandate_of(self, account_id: str) -> Mandate | None:
        """Return what the person of an account may do now; None where the account is not in force."""
        account = load_account(self.connection, account_id)
        return account.mandate if account is not None and account.can_sign_in else None

    def signing_pair(self) -> OKPKey:
        """Return the key pair in force. Raises `Unavailable` where there is none."""
        return signing_pair(self.connection, seal=self.seal, now=self.now)
