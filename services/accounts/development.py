"""Tokens for trying things out on a developer's machine, without a client; anywhere else it refuses."""

from __future__ import annotations

import os
from collections.abc import Mapping

from chassis.settings import SettingsError
from services.accounts.domain.mandates import Mandate, checked
from services.accounts.key_keeper import ensure_signing_key
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.issue_token import issue_token as sign_token


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
