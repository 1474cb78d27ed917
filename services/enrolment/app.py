"""Enrolment's web process: the one place where its parts are joined."""

from __future__ import annotations

import atexit

from flask import Flask

from chassis.database import Database
from chassis.feed import feed_endpoints
from chassis.group_commit import GroupCommit
from chassis.http_client import ServiceClient
from chassis.identity import KeySource, PublishedKeys, TokenVerifier
from chassis.journal_export import log_endpoints
from chassis.observability import configure_logging
from chassis.transaction import Transactions
from chassis.web import build_app
from services.enrolment.api import cards, classes, consistency, enrolments, waves
from services.enrolment.service import EnrolmentService
from services.enrolment.settings import Settings, read_settings
from services.enrolment.storage.rule_files import load_rules
from services.enrolment.storage.stores import open_stored_answers, open_stores
from services.enrolment.storage.tables import JOURNAL
from services.enrolment.use_cases.seats.enrol import EnrolHandler
from vocabulary.roles import AUDITOR, SYSTEM


def open_service(settings: Settings, database: Database) -> EnrolmentService:
    """Join the parts of enrolment on a database."""
    stores = open_stores(
        database,
        personal_data_key=settings.personal_data_key,
        fingerprint_key=settings.fingerprint_key,
    )
    answers = open_stored_answers(database, personal_data_key=settings.personal_data_key)
    rules = load_rules()
    handler = EnrolHandler(stores, rules=rules, redeem_key=settings.fingerprint_key)
    return EnrolmentService(
        stores=stores,
        transactions=Transactions(database, answers),
        enrolments=GroupCommit(database, answers, handler),
        rules=rules,
        redeem_key=settings.fingerprint_key,
    )


def build(settings: Settings, service: EnrolmentService, keys: KeySource) -> Flask:
    """Build the application around joined parts."""

    def database_answers() -> bool:
        with service.database.reading() as connection:
            return service.journal.head(connection).size >= 0

    def keys_known() -> bool:
        return bool(keys.keys())

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
        checks={"database": database_answers, "token-keys": keys_known},
    )


def create_app() -> Flask:
    """Create the application from the environment."""
    settings = read_settings()
    configure_logging("enrolment", level=settings.log_level)
    service = open_service(settings, Database(settings.database_url, pool_size=settings.pool_size))
    atexit.register(service.enrolments.close)
    issuer = ServiceClient(settings.jwks_url)
    keys = PublishedKeys(lambda: issuer.get_json(""))
    return build(settings, service, keys)
