"""Enrolment as a web application: the only place where its parts are joined for serving."""

from __future__ import annotations

import atexit
import os

from flask import Flask

from chassis.endpoints import Endpoint
from chassis.feed import feed_endpoints
from chassis.http_client import document_at
from chassis.idempotency import IdempotencyKeys
from chassis.identity import TokenVerifier
from chassis.issuer_keys import KeySource, PublishedKeys
from chassis.journal_calls import Code, log_endpoints
from chassis.observability import configure_logging
from chassis.schema_state import schema_check
from chassis.web import build_app
from services.enrolment.api import (
    admission_files,
    admissions,
    applications,
    assistance_report,
    attendance,
    cards,
    classes,
    consistency,
    corrections,
    domicile,
    draws,
    enrolments,
    erasures,
    exclusion_appeals,
    exclusion_cases,
    exclusion_decisions,
    exclusion_files,
    exclusion_lists,
    explanation,
    identification,
    offers,
    overdue,
    pauses,
    quota_report,
    quotas,
    readings,
    reports,
    results,
    reviews,
    revocations,
    rule_feed,
    rules,
    seat_holders,
    statements,
    surveys,
    waves,
)
from services.enrolment.service import EnrolmentService, start_service
from services.enrolment.settings import Settings, read_settings
from services.enrolment.storage.tables.journal import JOURNAL
from vocabulary.forms import REGION
from vocabulary.regions import region_code
from vocabulary.roles import AUDITOR, SYSTEM


def create_app() -> Flask:
    """Create the application from the environment. Raises `SettingsError` where a setting is missing or unusable."""
    settings = read_settings(os.environ)
    configure_logging("enrolment", level=settings.log_level)
    service = start_service(settings)
    atexit.register(service.close)
    keys = PublishedKeys(document_at(settings.jwks_url), algorithm=settings.token_algorithm)
    return build(settings, service, keys)


def every_call() -> list[Endpoint[EnrolmentService]]:
    """Return every call this service takes."""
    code = Code(region_code, REGION)
    return [
        *rules.endpoints.all,
        *rule_feed.endpoints.all,
        *seat_holders.endpoints.all,
        *explanation.endpoints.all,
        *waves.endpoints.all,
        *quotas.endpoints.all,
        *admission_files.endpoints.all,
        *admissions.endpoints.all,
        *applications.endpoints.all,
        *draws.endpoints.all,
        *exclusion_lists.endpoints.all,
        *exclusion_files.endpoints.all,
        *exclusion_cases.endpoints.all,
        *exclusion_decisions.endpoints.all,
        *exclusion_appeals.endpoints.all,
        *corrections.endpoints.all,
        *pauses.endpoints.all,
        *cards.endpoints.all,
        *domicile.endpoints.all,
        *revocations.endpoints.all,
        *surveys.endpoints.all,
        *statements.endpoints.all,
        *erasures.endpoints.all,
        *readings.endpoints.all,
        *identification.endpoints.all,
        *enrolments.endpoints.all,
        *offers.endpoints.all,
        *attendance.endpoints.all,
        *results.endpoints.all,
        *reviews.endpoints.all,
        *overdue.endpoints.all,
        *classes.endpoints.all,
        *consistency.endpoints.all,
        *reports.endpoints.all,
        *assistance_report.endpoints.all,
        *quota_report.endpoints.all,
        *log_endpoints("enrolment", JOURNAL, code=code, allow=(AUDITOR,)),
        *feed_endpoints(allow=(SYSTEM,)),
    ]


def build(settings: Settings, service: EnrolmentService, keys: KeySource) -> Flask:
    """Build the application around joined parts and a source of the token issuer's keys."""
    return build_app(
        "enrolment",
        endpoints=every_call(),
        house=service,
        verifier=TokenVerifier(
            issuer=settings.token_issuer, audience=settings.token_audience, keys=keys
        ),
        checks={
            "database": schema_check("services.enrolment", service.database),
            "token-keys": lambda: bool(keys.keys()),
        },
        idempotency_keys=IdempotencyKeys(settings.fingerprint_key),
    )
