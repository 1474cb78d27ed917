"""An application, a person and what goes between them, for tests of what applications are given."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from services.accounts.disable import disable
from services.accounts.domain.authorization.applications import Application
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.sessions import Session, SignedIn
from services.accounts.domain.refusals import OAuthProblem
from services.accounts.register_application import register_application
from services.accounts.service import AccountsService
from services.accounts.storage import METADATA
from services.accounts.storage.authorization.applications import load_application
from services.accounts.storage.people.accounts import (
    add_account,
    load_account,
    save_account_disabled,
)
from services.accounts.storage.people.sessions import add_session, end_sessions
from services.accounts.storage.people_tables import ACCOUNT as ACCOUNT_TABLE
from services.accounts.use_cases.authorization.give_code import LedBack, give_code
from services.accounts.use_cases.authorization.give_tokens import give_tokens
from services.accounts.use_cases.authorization.protocol.desk import Desk

APP = "phone-app"
BACK = "https://app.example/signed-in"
OTHER_APP = "other-app"
SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTAxMjM"
VERIFIER = "a-verifier-of-forty-three-characters-or-more-0"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
ACCOUNT = "0b9d4a52-63f4-4c3e-8e15-7f0f3c1f2a11"
CARD = "5f1f0f5e-7a39-4c11-9d3f-0d8f7d1c9b10"
SESSION = "6a1f0f5e-7a39-4c11-9d3f-0d8f7d1c9b10"
HOLDER = Mandate("holder", card=CARD)


@dataclass
class Applications:
    """A service with two applications and one person. What applications are given happens so much `later`."""

    house: AccountsService
    later: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        register_application(self.house, client_id=APP, secret=None, redirect_uris=[BACK])
        register_application(self.house, client_id=OTHER_APP, secret=SECRET, redirect_uris=[BACK])
        self.house.transactions.run(self._add_person)

    def _add_person(self, connection: sa.Connection) -> None:
        now = self.now()
        add_account(connection, _account(now))
        session = Session(SESSION, ACCOUNT, now, now, now + timedelta(days=60))
        add_session(connection, session, digest="1" * 64)

    def desk(self, connection: sa.Connection) -> Desk:
        desk = self.house.desk(connection, request_id="test")
        return replace(desk, now=desk.now + self.later)

    def make_operator(self) -> None:
        """Have the person be an operator from now on."""
        self._change(role="operator", card=None)

    def disable_person(self) -> None:
        """Let the person sign in no more."""
        self.house.transactions.run(
            lambda connection: save_account_disabled(connection, ACCOUNT, now=self.now())
        )

    def _change(self, **values: Any) -> None:
        change = sa.update(ACCOUNT_TABLE).where(ACCOUNT_TABLE.c.account_id == ACCOUNT)
        self.house.transactions.run(lambda connection: connection.execute(change.values(**values)))

    def end_session(self) -> None:
        """Sign the person out."""
        self.house.transactions.run(
            lambda connection: end_sessions(connection, ACCOUNT, now=self.now())
        )

    def person(self, *, since: timedelta = timedelta(0)) -> SignedIn:
        """The person, who signed in so long ago."""
        with self.house.database.reading() as connection:
            account = load_account(connection, ACCOUNT)
        assert account is not None
        return SignedIn(ACCOUNT, account.mandate, "id", self.now() - since, SESSION)

    def now(self) -> datetime:
        with self.house.database.reading() as connection:
            return self.house.database.now(connection) + self.later

    def application(self, client_id: str = APP) -> Application:
        with self.house.database.reading() as connection:
            found = load_application(connection, client_id)
        assert found is not None
        return found

    def ask_for_code(self, person: SignedIn | None = None, **changes: Any) -> Any:
        """Send an authorization request, some of its parameters changed or, as None, left out."""
        given = {
            "response_type": "code",
            "client_id": APP,
            "redirect_uri": BACK,
            "scope": "openid offline_access",
            "state": "xyz",
            "nonce": "n-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        listed = {
            name: value if isinstance(value, list) else [value]
            for name, value in given.items()
            if value is not None
        }
        return self.house.transactions.run(
            lambda connection: give_code(self.desk(connection), listed, person=person)
        )

    def code(self, **changes: Any) -> str:
        """Return a code for the person."""
        answer = self.ask_for_code(self.person(), **changes)
        assert isinstance(answer, LedBack), answer
        return answered(answer)["code"]

    def exchange(
        self, code: str, /, *, by: str = APP, **changes: Any
    ) -> dict[str, Any] | OAuthProblem:
        """Send a code to the token endpoint."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self._tokens(given, by)

    def tokens(self, **changes: Any) -> dict[str, Any]:
        """Return the tokens of a new sign-in."""
        tokens = self.exchange(self.code(**changes), by=changes.get("client_id", APP))
        assert isinstance(tokens, dict), tokens
        return tokens

    def refresh(self, token: str, *, by: str = APP, **more: Any) -> dict[str, Any] | OAuthProblem:
        """Send a refresh token."""
        return self._tokens({"grant_type": "refresh_token", "refresh_token": token, **more}, by)

    def _tokens(self, given: dict[str, Any], by: str) -> dict[str, Any] | OAuthProblem:
        listed = {name: [value] for name, value in given.items() if value is not None}
        application = self.application(by)
        return self.house.transactions.run(
            lambda connection: give_tokens(self.desk(connection), listed, application=application)
        )

    def disable(self, client_id: str) -> None:
        """Disable an application."""
        assert disable(self.house, client_id)

    def everything_kept(self) -> str:
        """Return all rows of all tables, as text."""
        with self.house.database.reading() as connection:
            rows = [connection.execute(sa.select(table)).all() for table in METADATA.sorted_tables]
        return repr(rows)

    def journal(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what is told of grants that ended."""
        with self.house.database.reading() as connection:
            entries = self.house.journal.read(connection, after=0, limit=100)
        return [(e.kind, e.body) for e in entries if e.kind == EntryKind.GRANT_ENDED]


def _account(now: datetime) -> Account:
    return Account(
        account_id=ACCOUNT,
        mandate=HOLDER,
        is_owner=False,
        name_digest="0" * 64,
        sealed=None,
        password_hash="not compared here",
        language="id",
        created_at=now,
    )


def answered(answer: LedBack) -> dict[str, str]:
    """Return the parameters that a browser carries back, and see that it goes where it should."""
    address, _, query = answer.location.partition("?")
    assert address == BACK
    assert urlsplit(answer.location).fragment == ""
    found = parse_qs(query, strict_parsing=True)
    assert all(len(values) == 1 for values in found.values())
    return {name: values[0] for name, values in found.items()}


def code_of(problem: dict[str, Any] | OAuthProblem) -> str:
    """Return the refusal's code."""
    assert isinstance(problem, OAuthProblem), problem
    return problem.code
