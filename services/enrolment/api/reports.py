"""Reports: realisation by every dimension, and what is wrong with a table that somebody printed."""

from __future__ import annotations

from dataclasses import asdict

from chassis.calls import Call
from chassis.composed_fields import Member, Several
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import OneOf, Parsed, Strict, Text, Whole, says
from chassis.idempotency import Answer, json_answer
from services.enrolment.api.answers import sees_all
from services.enrolment.api.report_documents import CheckedTable, RealisationReport
from services.enrolment.domain.reports.realisation import Dimension
from services.enrolment.domain.reports.table_check import PrintedRow, check_table
from services.enrolment.queries.realisation import realisation
from services.enrolment.service import EnrolmentService
from vocabulary.forms import PROVINCE
from vocabulary.regions import province

MOST_ROWS = 500

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")


class RealisationQuery(Strict):
    """By what to report."""

    by = OneOf(
        tuple(dimension.value for dimension in Dimension),
        required=True,
        metadata=says("One row for each of these."),
    )


class PrintedTableRow(Strict):
    """One row of a table as it is printed."""

    label = Text(most=100, required=True)
    count = Whole(most=1_000_000_000, required=True)


class ReconciliationRequest(Strict):
    """A printed table of the regencies of a province."""

    province = Parsed(lambda code: province(code).code, form=PROVINCE, required=True)
    stated_total = Whole(most=1_000_000_000_000, required=True)
    rows = Several(Member(PrintedTableRow), least=1, most=MOST_ROWS, required=True)


@endpoints.get("/reports/realisation", query=RealisationQuery, shows=RealisationReport)
def get_realisation(call: Call, service: EnrolmentService) -> Answer:
    """Tell how many took part, by a dimension, and show that it adds up.

    Counts below 5 are shown as `<5` to everybody but operators and auditors, and as much besides as it takes to keep
    them from being worked out (`>=5`).
    """
    with service.database.reading() as connection:
        report = realisation(
            connection, Dimension(call.query["by"]), exact=sees_all(call), stores=service.stores
        )
    return json_answer(200, report.document)


@endpoints.post(
    "/reports/reconciliation", body=ReconciliationRequest, key=KeyUse.NONE, shows=CheckedTable
)
def post_reconciliation(call: Call, _: EnrolmentService) -> Answer:
    """Find what is wrong with a printed table of a province's regencies. Nothing of it is kept."""
    rows = [PrintedRow(row["label"], row["count"]) for row in call.body["rows"]]
    check = check_table(
        rows, province=call.body["province"], stated_total=call.body["stated_total"]
    )
    return json_answer(200, asdict(check))
