"""The catalogue as a web application: the only place where its parts are joined for serving."""

from __future__ import annotations

import os

from flask import Flask

from chassis.database import Database
from chassis.http_client import ServiceClient
from chassis.identity import KeySource, PublishedKeys, TokenVerifier
from chassis.journal_export import log_endpoints
from chassis.migrations import schema_check
from chassis.web import build_app
from services.catalog.api import every_endpoint
from services.catalog.service import open_service
from services.catalog.settings import CatalogSettings, read_settings
from services.catalog.storage.tables import JOURNAL
from vocabulary.roles import AUDITOR


def create_app() -> Flask:
    """Make the application from the environment. Raises `SettingsError` where a setting is missing or unusable."""
    settings = read_settings(os.environ)
    issuer = ServiceClient(settings.jwks_url)
    return assemble(
        settings,
        database=Database(settings.database_url),
        keys=PublishedKeys(lambda: issuer.get_json("")),
    )


def assemble(settings: CatalogSettings, *, database: Database, keys: KeySource) -> Flask:
    """Join the parts on a database and a source of the token issuer's keys."""
    subjects = {name: JOURNAL.entry.c[name].type for name in JOURNAL.subjects}
    return build_app(
        "services.catalog",
        endpoints=[*every_endpoint(), *log_endpoints("catalog", subjects, allow=(AUDITOR,))],
        house=open_service(database, most_price=settings.most_price),
        verifier=TokenVerifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=keys
        ),
        checks={
            "database": schema_check("services.catalog", database),
            "token_keys": lambda: bool(keys.keys().keys),
        },
    )
