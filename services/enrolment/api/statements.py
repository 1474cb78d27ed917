"""Statements: of a provider for itself and the programme, of all accounts day by day for the programme alone."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import FieldError, NotFound, ValidationFailed
from services.enrolment.api.statement_documents import (
    DAYS_AT_MOST,
    DaysQuery,
    ProviderClasses,
    ProviderClassesQuery,
    ProviderDays,
    ProviderDaysQuery,
    ProviderMovements,
    ProviderMovementsQuery,
    ShownDay,
    SummedDays,
)
from services.enrolment.domain.money.statement import Ledger, has_begun
from services.enrolment.domain.reach import reach_to_read
from services.enrolment.queries.provider_statements import (
    ProviderPeriod,
    knows_provider,
    list_classes_of_provider,
    list_days_of_provider,
    list_movements_of_provider,
)
from services.enrolment.queries.statements import list_days, show_day
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, OPERATOR, PROVIDER
from vocabulary.rule_book import national_day
from vocabulary.rule_set import read_day

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_OF_PROVIDER = "/statements/providers/<id:provider_id>"
_READERS = (PROVIDER, OPERATOR, AUDITOR)


@endpoints.get("/statements/days", allow=(OPERATOR, AUDITOR), query=DaysQuery, shows=SummedDays)
def get_days(call: Call, service: EnrolmentService) -> Answer:
    """List the days that are over, the newest first, with what all accounts held.

    A day is one of Asia/Jakarta, wherever holders live, and is summed up an hour after its end.
    """
    with service.database.reading() as connection:
        document = list_days(connection, call.query["page"])
    return json_answer(200, document)


@endpoints.get("/statements/days/<name:day>", allow=(OPERATOR, AUDITOR), shows=ShownDay)
def get_day(call: Call, service: EnrolmentService) -> Answer:
    """Show what all accounts held on a day, and what came in and went out by its cause.

    A day is one of Asia/Jakarta. Today's changes while money moves; a day to come is not there, nor is one before the
    programme had rules.
    """
    day = _day_in_path(call.path["day"])
    with service.database.reading() as connection:
        now = service.database.now(connection)
        if not has_begun(day, now=now):
            raise NotFound
        document = show_day(connection, day, now=now, stores=service.stores)
    return json_answer(200, document)


def _day_in_path(text: str) -> date:
    try:
        return read_day(text)
    except ValueError:
        raise NotFound from None


@endpoints.get(_OF_PROVIDER, allow=_READERS, query=ProviderMovementsQuery, shows=ProviderMovements)
def get_provider_statement(call: Call, service: EnrolmentService) -> Answer:
    """List the movements of a provider's money in a period, with what its accounts held before and after.

    A provider sees its own. Days are those of Asia/Jakarta.
    """
    with service.database.reading() as connection:
        period = _period(call, connection, service)
        document = list_movements_of_provider(
            connection, call.query["page"], period, stores=service.stores
        )
    return json_answer(200, document)


@endpoints.get(f"{_OF_PROVIDER}/days", allow=_READERS, query=ProviderDaysQuery, shows=ProviderDays)
def get_provider_days(call: Call, service: EnrolmentService) -> Answer:
    """List a provider's accounts day by day, each going on from the one before."""
    with service.database.reading() as connection:
        period = _period(call, connection, service)
        document = list_days_of_provider(
            connection, call.query["page"], period, stores=service.stores
        )
    return json_answer(200, document)


@endpoints.get(
    f"{_OF_PROVIDER}/classes", allow=_READERS, query=ProviderClassesQuery, shows=ProviderClasses
)
def get_provider_classes(call: Call, service: EnrolmentService) -> Answer:
    """List a provider's accounts class by class, those for which money moved in the period."""
    with service.database.reading() as connection:
        period = _period(call, connection, service)
        document = list_classes_of_provider(
            connection, call.query["page"], period, stores=service.stores
        )
    return json_answer(200, document)


def _period(call: Call, connection: sa.Connection, service: EnrolmentService) -> ProviderPeriod:
    """Read whose statement is wanted, of which days.

    Raises `NotFound` for a provider that is out of reach or unknown, `ValidationFailed` for days that make no period.
    """
    provider_id = call.path["provider_id"]
    if not reach_to_read(call.caller).has_class(provider_id=provider_id):
        raise NotFound
    if call.caller.role != PROVIDER and not knows_provider(connection, provider_id):
        raise NotFound
    last: date = call.query["last"] or national_day(service.database.now(connection))
    first: date = call.query["first"] or last - timedelta(days=30)
    if not 0 <= (last - first).days < DAYS_AT_MOST:
        message = f"Send a day that is not before from, and at most {DAYS_AT_MOST} days in all."
        raise ValidationFailed(errors=[FieldError("/to", message)])
    ledger = Ledger(provider_id, call.query.get("class_id"))
    return ProviderPeriod(ledger, first, last, key=service.code_key)
