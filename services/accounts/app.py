"""The web process: `gunicorn 'services.accounts.app:create_app()'`."""

from __future__ import annotations

import os

from flask import Flask

from chassis.endpoints import Endpoint
from chassis.feed import feed_endpoints
from chassis.idempotency import IdempotencyKeys
from chassis.journal_calls import Code, log_endpoints
from chassis.observability import configure_logging
from chassis.pages.declaring import Page
from chassis.schema_state import schema_check
from chassis.web import build_app
from services.accounts.api import discovery, recoveries, revocation, staff, tokens, userinfo
from services.accounts.key_keeper import ensure_signing_key
from services.accounts.pages import (
    account,
    activation,
    authorize,
    invitation,
    recovery,
    sign_in,
)
from services.accounts.pages.site import served
from services.accounts.queries.published_keys import can_sign
from services.accounts.service import AccountsService, start_service
from services.accounts.settings import read_settings
from services.accounts.storage import JOURNAL
from vocabulary.forms import REGION
from vocabulary.regions import region_code
from vocabulary.roles import AUDITOR, SYSTEM

LARGEST_FORM = 16_384


def create_app() -> Flask:
    """Create the application from the environment. Makes the first signing key where there is none.

    Raises `SettingsError` where a setting is missing, or does not open the signing key in force.
    """
    settings = read_settings(os.environ)
    configure_logging("accounts", level=settings.log_level)
    house = start_service(settings)
    ensure_signing_key(house)
    return build(house)


def every_call() -> list[Endpoint[AccountsService]]:
    """Return every call this service takes."""
    code = Code(region_code, REGION)
    return [
        *tokens.endpoints.all,
        *revocation.endpoints.all,
        *userinfo.endpoints.all,
        *discovery.endpoints.all,
        *recoveries.endpoints.all,
        *staff.endpoints.all,
        *log_endpoints("accounts", JOURNAL, code=code, allow=(AUDITOR,)),
        *feed_endpoints(allow=(SYSTEM,)),
    ]


def every_page() -> list[Page[AccountsService]]:
    """Return every page that people visit."""
    return [
        *sign_in.pages.all,
        *account.pages.all,
        *activation.pages.all,
        *authorize.pages.all,
        *recovery.pages.all,
        *invitation.pages.all,
    ]


def build(house: AccountsService) -> Flask:
    """Build the application around joined parts."""
    return build_app(
        "accounts",
        endpoints=every_call(),
        house=house,
        verifier=house.verifier,
        checks={
            "database": schema_check("services.accounts", house.database),
            "signing-key": lambda: _can_sign(house),
        },
        idempotency_keys=IdempotencyKeys(house.settings.fingerprint_key),
        largest_body=LARGEST_FORM,
        counts_addresses=True,
        pages=served(every_page(), house),
    )


def _can_sign(house: AccountsService) -> bool:
    with house.database.reading() as connection:
        return can_sign(connection, house.database)
