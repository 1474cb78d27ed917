"""Tokens and accounts for trying things out on a developer's machine; anywhere else it refuses."""

from __future__ import annotations

import os
from collections.abc import Mapping

from chassis.identifiers import random_reference
from chassis.settings import SettingsError
from services.accounts.domain.actors import COMMAND_LINE, Actor
from services.accounts.domain.mandates import Mandate, checked
from services.accounts.domain.people.names import name_from
from services.accounts.domain.people.passwords import normalised
from services.accounts.key_keeper import ensure_signing_key
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.issue_token import issue_token as sign_token
from services.accounts.use_cases.people.create_account import CreateAccount, create_account


def issue_token(
    *,
    role: str,
    provider: str | None = None,
    card: str | None = None,
    region: str | None = None,
    subject: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Sign an access token with the service's own key, from its database.

    `environment` holds the service's settings (the process's own by default); `card` is a card's reference.
    Raises `SettingsError` unless ENVIRONMENT is `development`, `UnusableMandate` for a role without its bound.
    """
    settings = read_settings(os.environ if environment is None else environment)
    if not settings.is_development:
        raise SettingsError("tokens without a client are for ENVIRONMENT=development only")
    mandate = checked(Mandate(role, provider, card, region))
    with opened_service(settings) as house:
        ensure_signing_key(house)
        return _signed(house, subject or _subject(mandate), mandate)


def add_account(
    house: AccountsService,
    *,
    name: str,
    password: str,
    mandate: Mandate,
    display_name: str = "",
    owner: bool = False,
) -> str:
    """Give somebody an account at once and return its id; one that has the name is left as it is.

    `name` is an e-mail address or, for a holder, the card's number. Raises `SettingsError` unless ENVIRONMENT is
    `development`, `UnusableMandate` for a role without its bound.
    """
    if not house.settings.is_development:
        raise SettingsError("accounts without a code are for ENVIRONMENT=development only")
    command = CreateAccount(
        name=name_from(name),
        mandate=checked(mandate),
        is_owner=owner,
        display_name=display_name,
        password_hash=house.people.passwords.hash(normalised(password)),
        language="id",
    )
    actor = Actor(COMMAND_LINE, random_reference())
    return house.transactions.run(
        lambda connection: create_account(connection, house.people, command, actor=actor)
    )


def _signed(house: AccountsService, subject: str, mandate: Mandate) -> str:
    with house.database.reading() as connection:
        return sign_token(
            connection,
            seal=house.seal,
            subject=subject,
            mandate=mandate,
            issuer=house.settings.token_issuer,
            audience=house.settings.token_audience,
            now=house.database.now(connection),
        )


def _subject(mandate: Mandate) -> str:
    """Name the bearer by role and bound: two holders must not share one scope of idempotency keys."""
    bound = mandate.provider or mandate.card or mandate.region
    return f"development:{mandate.role}" + (f":{bound}" if bound else "")
