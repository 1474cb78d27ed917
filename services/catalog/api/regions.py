"""The list of regions."""

from __future__ import annotations

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import PageQuery, Parsed, QueryWhole, says
from chassis.idempotency import Answer, json_answer
from chassis.pagination import MOST, Page
from services.catalog.api.calls import PREFIX
from services.catalog.api.documents import Regions
from services.catalog.queries.regions import region_documents, regions_etag
from services.catalog.service import CatalogService
from vocabulary import forms
from vocabulary.regions import PROVINCES, REGENCIES, province

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)
_KEPT = "public, max-age=3600"


class RegionsQuery(PageQuery):
    """A province whose regencies are wanted; without a limit the list comes whole."""

    parent = Parsed(
        lambda value: province(value).code,
        form=forms.PROVINCE,
        load_default=None,
        metadata=says("Only the regencies of this province."),
    )
    limit = QueryWhole(
        least=1,
        most=MOST,
        load_default=lambda: len(PROVINCES) + len(REGENCIES),
        metadata=says("How many at most; without it the list comes whole."),
    )

    def is_key(self, text: str) -> bool:
        """Tell whether a text is a region's code."""
        return text in PROVINCES or text in REGENCIES


@endpoints.get("/regions", query=RegionsQuery, shows=Regions, sends=("ETag",))
def get_regions(call: Call, house: CatalogService) -> Answer:  # noqa: ARG001 - needs no part of the service
    """List provinces and regencies with their zones."""
    page: Page = call.query["page"]
    found = [
        document
        for document in region_documents(call.query["parent"])
        if page.after is None or document["code"] > page.after
    ]
    shown = page.of(found, present=dict, key=lambda document: str(document["code"]))
    return json_answer(200, shown, {"ETag": regions_etag(), "Cache-Control": _KEPT})
