"""Enrolment's web process: the one place where its parts are joined."""

from __future__ import annotations

import atexit

from flask import Flask

from chassis.feed import feed_endpoints
from chassis.http_client import ServiceClient
from chassis.identity import KeySource, PublishedKeys, TokenVerifier
from chassis.journal_export import log_endpoints
from chassis.migrations import schema_check
from chassis.observability import configure_logging
from chassis.web import build_app
from services.enrolment.api import cards, classes, consistency, enrolments, waves
from services.enrolment.service import EnrolmentService, open_database, open_service
from services.enrolment.settings import Settings, read_settings
from services.enrolment.storage.tables import JOURNAL
from vocabulary.roles import AUDITOR, SYSTEM


def build(settings: Settings, service: EnrolmentService, keys: KeySource) -> Flask:
    """Build the application around joined parts."""
    subjects = {name: JOURNAL.entry.c[name].type for name in JOURNAL.subjects}
    return build_app(
        "enrolment",
        endpoints=[
            *waves.endpoints.all,
            *cards.endpoints.all,
            *enrolments.endpoints.all,
            *classes.endpoints.all,
            *consistency.endpoints.all,
            *log_endpoints("enrolment", subjects, allow=(AUDITOR,)),
            *feed_endpoints(allow=(SYSTEM,)),
        ],
        house=service,
        verifier=TokenVerifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=keys
        ),
        checks={
            "database": schema_check("services.enrolment", service.database),
            "token-keys": lambda: bool(keys.keys().keys),
        },
    )


def create_app() -> Flask:
    """Create the application from the environment."""
    settings = read_settings()
    configure_logging("enrolment", level=settings.log_level)
    service = open_service(settings, open_database(settings, pool_size=settings.pool_size))
    atexit.register(service.enrolments.close)
    issuer = ServiceClient(settings.jwks_url)
    keys = PublishedKeys(lambda: issuer.get_json(""))
    return build(settings, service, keys)
