"""Quotas: read by everybody, set by operators."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from chassis.calls import Call
from chassis.contract import Shown, page_of
from chassis.endpoints import Endpoints, KeyUse
from chassis.fields import OneOf, PageQuery, Parsed, Reference, Strict, Text, Whole, says
from chassis.idempotency import Answer, json_answer
from services.enrolment.api.answers import sees_all
from services.enrolment.api.fields import CLUSTERS, why
from services.enrolment.api.report_documents import PublicCount
from services.enrolment.domain.programme.card import Scheme
from services.enrolment.domain.programme.quota import Reach
from services.enrolment.domain.reports.rounding import FEW
from services.enrolment.queries.quotas import list_quotas, quota_document
from services.enrolment.service import EnrolmentService
from services.enrolment.use_cases.programme.set_quotas import SetQuotas, set_quotas
from vocabulary.forms import REGION
from vocabulary.refusals.draw import DrawUnderWay
from vocabulary.regions import region_code
from vocabulary.roles import OPERATOR

endpoints: Endpoints[EnrolmentService] = Endpoints("/api/v1")
MOST_AT_ONCE = 500
MOST_PLACES = 100_000_000
_SCHEMES = tuple(scheme.value for scheme in Scheme)
_OPEN = "null counts all."


class QuotasQuery(PageQuery):
    """Which quotas: those that are of exactly this."""

    wave_id = Reference(load_default=None, metadata=says("Only quotas of this wave."))
    scheme = OneOf(
        _SCHEMES, load_default=None, metadata=says("Only quotas that are of this scheme.")
    )
    region = Parsed(
        region_code,
        form=REGION,
        load_default=None,
        metadata=says("Only quotas of exactly this province or regency, none of what lies in it."),
    )
    cluster = OneOf(
        CLUSTERS, load_default=None, metadata=says("Only quotas that are of this target group.")
    )


class QuotaRow(Strict):
    """What a quota counts, and how many places it has."""

    scheme = OneOf(_SCHEMES, load_default=None, allow_none=True, metadata=says(_OPEN))
    region = Parsed(
        region_code,
        form=REGION,
        load_default=None,
        allow_none=True,
        metadata=says(f"A province or a regency; {_OPEN}"),
    )
    cluster = OneOf(CLUSTERS, load_default=None, allow_none=True, metadata=says(_OPEN))
    places = Whole(most=MOST_PLACES, required=True)

    @ma.post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[Reach, int]:
        """Return what is counted, and the places."""
        scheme = None if data["scheme"] is None else Scheme(data["scheme"])
        return Reach(scheme, data["region"], data["cluster"]), data["places"]


class QuotasRequest(Strict):
    """Quotas of a wave, each once, and why."""

    quotas = ma.fields.List(
        ma.fields.Nested(QuotaRow),
        required=True,
        validate=ma.validate.Length(
            1, MOST_AT_ONCE, error=f"Send 1 to {MOST_AT_ONCE} quotas at once."
        ),
    )
    reason = why(required=True)

    @ma.validates_schema
    def check_once(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse two rows of the same."""
        seen: set[Reach] = set()
        for index, (reach, _places) in enumerate(data["quotas"]):
            if reach in seen:
                raise ma.ValidationError(
                    {
                        index: {
                            "scheme": ["Another row counts exactly the same. Send one of the two."]
                        }
                    },
                    "quotas",
                )
            seen.add(reach)


def set_for() -> Text:
    """Show the code of the region as it was when a quota was set."""
    return Text(
        most=5,
        allow_none=True,
        metadata=says(
            "The region's code when the quota was set; where that was abolished since, the quota counts its successor."
        ),
    )


def places_used() -> PublicCount:
    """Show how many places are used."""
    return PublicCount(
        metadata=says(
            "How many cards hold a place; it may be more than there are. To everybody but operators and auditors in"
            f" tens, rounded down, `{FEW}` for fewer."
        )
    )


def places_left() -> PublicCount:
    """Show how many places are left."""
    return PublicCount(
        allow_none=True,
        metadata=says(
            "Null is no limit. To everybody but operators and auditors the places less what is told to be used, so"
            f" that up to nine fewer may be left; `{FEW}` for fewer or none."
        ),
    )


class ShownQuota(Shown):
    """How many cards may be held of something, and how many are."""

    id = Reference()
    wave_id = Reference(
        allow_none=True, metadata=says("Null: of the whole programme, as the rules in force say.")
    )
    scheme = OneOf(_SCHEMES, allow_none=True, metadata=says(_OPEN))
    region = Parsed(region_code, form=REGION, allow_none=True, metadata=says(_OPEN))
    set_for = set_for()
    cluster = OneOf(CLUSTERS, allow_none=True, metadata=says(_OPEN))
    places = Whole(allow_none=True, metadata=says("Null is no limit."))
    used = places_used()
    left = places_left()


ShownQuotas = page_of(ShownQuota, name="Quotas")


class SetQuotasShown(Shown):
    """Quotas as they are now, in the order in which they were sent."""

    items = ma.fields.List(ma.fields.Nested(ShownQuota))


@endpoints.get("/quotas", query=QuotasQuery, shows=ShownQuotas)
def get_quotas(call: Call, service: EnrolmentService) -> Answer:
    """List quotas with the places used and left, the newest first, the programme's own last.

    Everybody but operators and auditors is told in tens: fewer people could be known by name where they live.
    """
    filters = {name: call.query[name] for name in ("wave_id", "scheme", "region", "cluster")}
    with service.database.reading() as connection:
        rules = service.stores.rules.at(connection, service.database.now(connection))
        document = list_quotas(
            connection, call.query["page"], filters=filters, exact=sees_all(call), rules=rules
        )
    return json_answer(200, document)


@endpoints.post(
    "/waves/<id:wave_id>/quotas",
    allow=(OPERATOR,),
    body=QuotasRequest,
    key=KeyUse.REQUIRED,
    shows=SetQuotasShown,
    refuses=(DrawUnderWay,),
)
def post_quotas(call: Call, service: EnrolmentService) -> Answer:
    """Give a wave quotas, or those it has other numbers of places.

    A card takes a place in every quota that counts it, and in the programme's; it is awarded only where each has one
    left. A quota that is added later counts the cards that are there. Fewer places than are used take no card from
    anybody: nobody is admitted until enough have come free.
    """
    command = SetQuotas(
        wave_id=call.path["wave_id"],
        places=call.body["quotas"],
        reason=call.body["reason"],
        caller=call.caller,
        request_id=call.request_id,
    )

    def change(connection: sa.Connection) -> Answer:
        quotas = set_quotas(connection, command, stores=service.stores)
        return json_answer(200, {"items": [quota_document(quota, exact=True) for quota in quotas]})

    return service.transactions.answer(call.key, change, seconds=call.seconds_left)
