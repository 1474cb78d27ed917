"""The catalogue as a web application: the only place where its parts are joined for serving."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from chassis.database import Database
from chassis.http_client import ServiceClient
from chassis.identity import KeySource, PublishedKeys, TokenVerifier
from chassis.migrations import schema_check
from chassis.web import build_app
from services.catalog.api import every_endpoint
from services.catalog.service import open_service
from services.catalog.settings import read_settings


def create_app(
    variables: Mapping[str, str] | None = None, *, keys: KeySource | None = None
) -> Flask:
    """Make the application from the environment; `keys` replaces the token issuer's published keys.

    Raises `SettingsError` where a setting is missing or unusable.
    """
    settings = read_settings(os.environ if variables is None else variables)
    database = Database(settings.database_url)
    issuer = ServiceClient(settings.jwks_url)
    key_source = keys or PublishedKeys(lambda: issuer.get_json(""))
    return build_app(
        "services.catalog",
        endpoints=every_endpoint(),
        house=open_service(database, most_price=settings.most_price),
        verifier=TokenVerifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=key_source
        ),
        checks={
            "database": schema_check("services.catalog", database),
            "token_keys": lambda: bool(key_source.keys().keys),
        },
    )
