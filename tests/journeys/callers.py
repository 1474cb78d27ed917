"""Who calls the running system: anybody, and people in each role with a token of their own."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from chassis.clock import utc_now
from services.accounts.development import add_account
from services.accounts.domain.mandates import Mandate
from services.accounts.register import register
from services.accounts.register_application import register_application
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.issue_token import issue_token
from tests.journeys.answers import checked
from tests.journeys.api import PATIENCE, Api
from tests.journeys.people import People
from tests.running_system import RunningSystem

AUDITS = Mandate("auditor")
TOKEN_KEPT = 300.0
"""Seconds for which a caller goes on with one token."""


class Callers:
    """Those who call one running system; what they must not find elsewhere is noted in `people.private`."""

    def __init__(self, system: RunningSystem) -> None:
        self.system = system
        self.people = People()
        self._callers: dict[tuple[str | None, str | None], tuple[float, Api]] = {}
        self.names = itertools.count(1)

    @property
    def public(self) -> Api:
        """Anybody."""
        return self.caller(None)

    @property
    def operator(self) -> Api:
        """The programme's management."""
        return self.caller("operator")

    @property
    def auditor(self) -> Api:
        """Who reads everything needed and writes nothing."""
        return self.caller("auditor")

    def provider(self, provider_id: str) -> Api:
        """A provider's staff."""
        return self.caller("provider", provider=provider_id)

    def officer(self, region: str) -> Api:
        """An officer of a province or regency."""
        return self.caller("officer", region=region)

    def holder(self, card_ref: str) -> Api:
        """The holder of a card."""
        return self.caller("holder", card=card_ref)

    def caller(self, role: str | None, **bound: str) -> Api:
        """Return who calls in a role, within a bound where the role has one."""
        name = (role, next(iter(bound.values()), None))
        since, api = self._callers.get(name, (float("-inf"), None))
        if api is None or time.monotonic() - since > TOKEN_KEPT:
            if api is not None:
                api.close()
            token = self.token_for(Mandate(role, **bound)) if role else None
            api = Api(self.system.address, token)
            self._callers[name] = (time.monotonic(), api)
        return api

    def holder_tokens(self, card_refs: Sequence[str]) -> list[str]:
        """Sign a token for each of many holders at once."""
        with self._accounts() as house, house.database.reading() as connection:
            tokens = [
                issue_token(
                    connection,
                    seal=house.seal,
                    subject=f"holder:{ref}",
                    mandate=Mandate("holder", card=ref),
                    issuer=house.settings.token_issuer,
                    audience=house.settings.token_audience,
                    now=utc_now(),
                )
                for ref in card_refs
            ]
        self.people.private.update(tokens)
        return tokens

    @contextmanager
    def _accounts(self) -> Iterator[AccountsService]:
        with opened_service(read_settings(self.system.accounts_settings)) as house:
            yield house

    def token_for(self, mandate: Mandate) -> str:
        """Register a program with this mandate, and have it ask for a token as any program does."""
        client_id, secret = self.client(mandate)
        answer = checked(
            requests.post(
                f"{self.system.address}/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=(client_id, secret),
                timeout=PATIENCE,
            )
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        self.people.private.add(token)
        return token

    def client(self, mandate: Mandate = AUDITS) -> tuple[str, str]:
        """Register a program with this mandate; return its id and its secret."""
        client_id, secret = f"journey-{next(self.names)}", secrets.token_hex(32)
        with self._accounts() as house:
            register(house, client_id=client_id, secret=secret, mandate=mandate, name="Perjalanan")
        self.people.private.add(secret)
        return client_id, secret

    def application(self, redirect_uri: str) -> str:
        """Register a public application that people sign in at; return its id."""
        client_id = f"app-{next(self.names)}"
        with self._accounts() as house:
            register_application(
                house, client_id=client_id, secret=None, redirect_uris=[redirect_uri]
            )
        return client_id

    def staff_account(self, mandate: Mandate, *, owner: bool = False) -> str:
        """Give somebody of the staff an account; return its id."""
        with self._accounts() as house:
            return add_account(
                house,
                name=f"staf-{next(self.names)}@lembaga.example",
                password=secrets.token_hex(16),
                mandate=mandate,
                display_name="Sari Contoh",
                owner=owner,
            )

    def close(self) -> None:
        """Close every caller's connections."""
        for _, api in self._callers.values():
            api.close()
