"""The catalogue as a web application: the only place where its parts are joined for serving."""

from __future__ import annotations

import os

from flask import Flask

from chassis.endpoints import Endpoint
from chassis.http_client import document_at
from chassis.idempotency import IdempotencyKeys
from chassis.identity import TokenVerifier
from chassis.issuer_keys import KeySource, PublishedKeys
from chassis.journal_calls import Code, log_endpoints
from chassis.observability import configure_logging
from chassis.schema_state import schema_check
from chassis.web import build_app
from services.catalog.api import every_endpoint
from services.catalog.service import CatalogService, start_service
from services.catalog.settings import Settings, read_settings
from services.catalog.storage.tables import JOURNAL
from vocabulary.forms import REGION
from vocabulary.regions import region_code
from vocabulary.roles import AUDITOR


def create_app() -> Flask:
    """Create the application from the environment. Raises `SettingsError` where a setting is missing or unusable."""
    settings = read_settings(os.environ)
    configure_logging("catalog", level=settings.log_level)
    keys = PublishedKeys(document_at(settings.jwks_url), algorithm=settings.token_algorithm)
    return build(settings, start_service(settings), keys)


def every_call() -> list[Endpoint[CatalogService]]:
    """Return every call this service takes."""
    code = Code(region_code, REGION)
    return [*every_endpoint(), *log_endpoints("catalog", JOURNAL, code=code, allow=(AUDITOR,))]


def build(settings: Settings, service: CatalogService, keys: KeySource) -> Flask:
    """Build the application around joined parts and a source of the token issuer's keys."""
    return build_app(
        "catalog",
        endpoints=every_call(),
        house=service,
        verifier=TokenVerifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=keys
        ),
        checks={
            "database": schema_check("services.catalog", service.database),
            "token-keys": lambda: bool(keys.keys()),
        },
        idempotency_keys=IdempotencyKeys(settings.fingerprint_key),
        counts_addresses=True,
    )
