"""Realisation against quota: the quotas of a wave as one table, and what is wrong with it."""

from __future__ import annotations

import marshmallow as ma
from flask import Response

from chassis.calls import Call
from chassis.contract import Shown
from chassis.endpoints import Endpoints
from chassis.fields import OneOf, Parsed, Reference, Strict, Text, Whole, says
from chassis.idempotency import Answer
from chassis.problems import NotFound
from chassis.request_content import JSON
from chassis.written_rows import CSV, answer_with_rows
from services.enrolment.api.answers import sees_all, show
from services.enrolment.api.fields import CLUSTERS
from services.enrolment.api.quotas import places_left, places_used, set_for
from services.enrolment.api.report_documents import former_codes
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.reports.quota_table import PartsBy
from services.enrolment.queries.quota_report import quota_report, quota_rows
from services.enrolment.service import EnrolmentService
from vocabulary.forms import PROVINCE, REGION
from vocabulary.regions import region_code

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
_SCHEMES = tuple(Scheme)
_ALL = says("Null is all.")
COLUMNS = (
    "wave_id",
    "wave_name",
    "quota_id",
    "scheme",
    "region",
    "region_name",
    "set_for",
    "cluster",
    "target",
    "used",
    "left",
    "flags",
)


class QuotaReportQuery(Strict):
    """Of which wave; without one of the whole programme."""

    wave_id = Reference(
        load_default=None, metadata=says("Left out, the report is of the whole programme.")
    )


class QuotaReportRow(Shown):
    """A quota: how many cards were meant, are held, and may still be awarded."""

    quota_id = Reference()
    scheme = OneOf(_SCHEMES, allow_none=True, metadata=_ALL)
    region = Parsed(region_code, form=REGION, allow_none=True, metadata=_ALL)
    region_name = Text(allow_none=True)
    set_for = set_for()
    cluster = OneOf(CLUSTERS, allow_none=True, metadata=_ALL)
    target = Whole(allow_none=True, metadata=says("Null is no limit."))
    used = places_used()
    left = places_left()
    flags = ma.fields.List(
        OneOf(("repeated", "target-differs", "used-differs", "overdrawn")),
        metadata=says(
            "What stands out in this row: the lists beside the rows say more; `overdrawn` uses more than its target."
        ),
    )


class RegionsWithoutQuota(Shown):
    """Regions that have no quota, while others beside them have one of the same scheme and cluster."""

    scheme = OneOf(_SCHEMES, allow_none=True, metadata=_ALL)
    cluster = OneOf(CLUSTERS, allow_none=True, metadata=_ALL)
    within = Parsed(
        region_code,
        form=PROVINCE,
        allow_none=True,
        metadata=says("The province whose regencies these are; null: these are provinces."),
    )
    regions = ma.fields.List(Parsed(region_code, form=REGION))


class QuotaDifference(Shown):
    """A quota whose parts come to another number than it says itself."""

    quota_id = Reference()
    parts_by = OneOf(
        tuple(PartsBy), metadata=says("Whether the parts are regions of it, or the two schemes.")
    )
    number = OneOf(("target", "used"))
    stated = Whole()
    sum = Whole(metadata=says("What the parts come to."))
    difference = Whole(
        least=-(2**53),
        metadata=says(
            "The sum less what is stated. Where some parts have no quota, only more than stated is told."
        ),
    )


class QuotaReport(Shown):
    """The quotas of a wave, or those of the programme, and what is wrong with them as a table."""

    wave_id = Reference(allow_none=True)
    wave_name = Text(allow_none=True)
    rows = ma.fields.List(ma.fields.Nested(QuotaReportRow))
    repeated = ma.fields.List(
        ma.fields.List(Reference()),
        metadata=says("Quotas that count exactly the same, together."),
    )
    missing = ma.fields.List(ma.fields.Nested(RegionsWithoutQuota))
    differences = ma.fields.List(ma.fields.Nested(QuotaDifference))
    former_codes = former_codes()


@endpoints.get(
    "/reports/quotas",
    query=QuotaReportQuery,
    media_types=(JSON, CSV),
    shows=QuotaReport,
    refuses=(NotFound,),
)
def get_quota_report(call: Call, service: EnrolmentService) -> Answer | Response:
    """Tell target, used and left of each quota of a wave, or of the programme, and what does not add up.

    Cards whose region changed its code count under the code of today, and so do quotas that were set before. Everybody
    but operators and auditors is told what is used and left in tens, and of what does not add up only targets.
    """
    stores = service.stores
    with service.database.reading() as connection:
        rules = stores.rules.at(connection, service.database.now(connection))
        document = quota_report(
            connection, call.query["wave_id"], exact=sees_all(call), rules=rules, stores=stores
        )
    if document is not None and call.media_type == CSV:
        return answer_with_rows([quota_rows(document)], COLUMNS, CSV)
    return show(document)
