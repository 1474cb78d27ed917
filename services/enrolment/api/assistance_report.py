"""How much is assisted, by region: for those who run the programme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask import Response

from chassis.calls import Call
from chassis.contract import Shown
from chassis.endpoints import Endpoints
from chassis.fields import Exact, OneOf, Parsed, Strict, Text, Whole, says
from chassis.idempotency import Answer, json_answer
from chassis.request_content import JSON
from chassis.written_rows import CSV, answer_with_rows
from services.enrolment.api.report_documents import Agreement, former_codes
from services.enrolment.domain.reports.assistance import Months
from services.enrolment.domain.reports.realisation import Dimension
from services.enrolment.queries.assistance import assistance, assistance_rows
from services.enrolment.queries.realisation import OF_REGIONS
from services.enrolment.service import EnrolmentService
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_MONTH = r"[0-9]{4}-(0[1-9]|1[0-2])"
_MONTH_FORM = {"type": "string", "pattern": f"^{_MONTH}$"}
_BY = tuple(dimension.value for dimension in OF_REGIONS)
COLUMNS = (
    "code",
    "name",
    "first_month",
    "last_month",
    "enrolments",
    "enrolments_assisted",
    "enrolments_assisted_percent",
    "applications",
    "applications_assisted",
    "applications_assisted_percent",
)


def parse_month(value: object) -> str:
    """Read a month. Raises `ValueError` with the remedy."""
    if not isinstance(value, str) or not re.fullmatch(_MONTH, value, re.ASCII):
        raise ValueError("Send a month as 2027-03.")
    return value


def month(told: str, **options: Any) -> Parsed:
    """Take or show a month of the calendar in Jakarta."""
    return Parsed(parse_month, form=_MONTH_FORM, metadata=says(told), **options)


class AssistanceQuery(Strict):
    """By which regions to report, and over which months."""

    by = OneOf(_BY, required=True, metadata=says("One row for each of these."))
    first_month = month("From which month on; without it from the first.", load_default=None)
    last_month = month("To the end of which month; without it to the last.", load_default=None)

    @ma.validates_schema
    def check_span(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse months that end before they begin."""
        first, last = data["first_month"], data["last_month"]
        if first is not None and last is not None and last < first:
            raise ma.ValidationError("Send a month that is not before first_month.", "last_month")


class Percent(Exact[float]):
    """A share in percent with one decimal."""

    def form(self) -> dict[str, Any]:
        """Return the numbers from 0 to 100."""
        return {"type": "number", "minimum": 0, "maximum": 100}


class Assisted(Shown):
    """How much was made, and how much of it by officers and operators in a person's name."""

    enrolments = Whole(metadata=says("Seats that were taken, also those given back since."))
    enrolments_assisted = Whole()
    enrolments_assisted_percent = Percent(allow_none=True, metadata=says("Null: of none."))
    applications = Whole(
        metadata=says("Made in waves that draw, also those withdrawn since: all by who assists.")
    )
    applications_assisted = Whole()
    applications_assisted_percent = Percent(allow_none=True, metadata=says("Null: of none."))


class AssistedRow(Assisted):
    """What was made for people who lived in a region then."""

    name = Text()


class AssistedDifference(Shown):
    """What the rows count more than the total, which is counted apart: nothing of anything."""

    enrolments = Whole(least=-(2**53))
    enrolments_assisted = Whole(least=-(2**53))
    applications = Whole(least=-(2**53))
    applications_assisted = Whole(least=-(2**53))


class AssistanceAgreement(Agreement):
    """Whether the report adds up, and how much of the journal it counts."""

    difference = ma.fields.Nested(AssistedDifference)


class AssistanceReport(Shown):
    """How much was assisted, by region."""

    by = OneOf(_BY)
    first_month = month("The first month counted.", allow_none=True)
    last_month = month("The last month counted.", allow_none=True)
    rows = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.Nested(AssistedRow))
    total = ma.fields.Nested(Assisted)
    former_codes = former_codes()
    reconciliation = ma.fields.Nested(AssistanceAgreement)


@endpoints.get(
    "/reports/assistance",
    allow=(OPERATOR, AUDITOR),
    query=AssistanceQuery,
    media_types=(JSON, CSV),
    shows=AssistanceReport,
)
def get_assistance(call: Call, service: EnrolmentService) -> Answer | Response:
    """Tell by region how many enrolments and applications were made, and which share of them was assisted.

    Each counts in the month in which it was made, by the clock of Jakarta, and where the person lived then. Small
    counts are not hidden: the report is for those who see all.
    """
    months = Months(call.query["first_month"], call.query["last_month"])
    with service.database.reading() as connection:
        document = assistance(
            connection, Dimension(call.query["by"]), months, stores=service.stores
        )
    if call.media_type == CSV:
        return answer_with_rows([assistance_rows(document)], COLUMNS, CSV)
    return json_answer(200, document)
