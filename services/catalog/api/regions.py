"""The list of regions."""

from __future__ import annotations

import marshmallow as ma

from chassis.endpoints import Call, Endpoints
from chassis.fields import Parsed, QueryWhole, Strict
from chassis.idempotency import Answer, json_answer
from chassis.pagination import MOST, page_of, read_cursor
from services.catalog.api.calls import PREFIX
from services.catalog.queries.regions import region_documents, regions_etag
from services.catalog.service import CatalogService
from vocabulary.regions import province

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)
_KEPT = "public, max-age=3600"


class RegionsQuery(Strict):
    """A province whose regencies are wanted; without a limit the list comes whole."""

    parent = Parsed(lambda value: province(value).code, load_default=None)
    limit = QueryWhole(least=1, most=MOST, load_default=None)
    cursor = ma.fields.String(load_default=None)


@endpoints.get("/regions", query=RegionsQuery)
def get_regions(call: Call, house: CatalogService) -> Answer:  # noqa: ARG001 - needs no part of the service
    """List provinces and regencies with their zones."""
    after = read_cursor(call.query["cursor"], parts=1)
    found = [
        document
        for document in region_documents(call.query["parent"])
        if after is None or document["code"] > after[0]
    ]
    page = page_of(
        found,
        limit=call.query["limit"] or len(found),
        present=lambda document: document,
        key=lambda document: (document["code"],),
    )
    return json_answer(200, page, {"ETag": regions_etag(), "Cache-Control": _KEPT})
