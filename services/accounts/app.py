"""The web process: `gunicorn 'services.accounts.app:create_app()'`."""

from __future__ import annotations

import os
from collections.abc import Mapping

import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from chassis.feed import feed_endpoints
from chassis.identity import PublishedKeys, TokenVerifier
from chassis.observability import configure_logging
from chassis.web import build_app
from services.accounts.api import discovery, tokens
from services.accounts.key_keeper import ensure_signing_key
from services.accounts.queries.published_keys import can_sign, jwk_set
from services.accounts.service import Accounts, build_accounts
from services.accounts.settings import read_settings
from vocabulary.roles import SYSTEM

LARGEST_FORM = 16_384


def create_app(variables: Mapping[str, str] | None = None) -> Flask:
    """Join this service into an application. Makes the first signing key where there is none.

    Raises `SettingsError` where a setting is missing, or does not open the signing key in force.
    """
    settings = read_settings(os.environ if variables is None else variables)
    configure_logging("accounts", level=settings.log_level)
    house = build_accounts(settings)
    ensure_signing_key(house)
    app = build_app(
        "accounts",
        endpoints=[
            *tokens.endpoints.all,
            *discovery.endpoints.all,
            *feed_endpoints(allow=(SYSTEM,)),
        ],
        house=house,
        verifier=_own_verifier(house),
        checks={"database": lambda: _can_read(house), "signing-key": lambda: _can_sign(house)},
        largest_body=LARGEST_FORM,
    )
    hops = settings.proxies_in_front
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=hops, x_proto=0, x_host=0, x_port=0, x_prefix=0
    )
    return app


def _own_verifier(house: Accounts) -> TokenVerifier:
    def fetch() -> Mapping[str, object]:
        with house.database.reading() as connection:
            return jwk_set(connection, house.database)

    return TokenVerifier(
        issuer=house.settings.issuer, audience=house.settings.audience, keys=PublishedKeys(fetch)
    )


def _can_read(house: Accounts) -> bool:
    with house.database.reading() as connection:
        return bool(connection.execute(sa.select(1)).scalar_one())


def _can_sign(house: Accounts) -> bool:
    with house.database.reading() as connection:
        return can_sign(connection, house.database)
