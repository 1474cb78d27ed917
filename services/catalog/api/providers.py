"""The calls about providers."""

from __future__ import annotations

import marshmallow as ma

from chassis.endpoints import Call, Endpoints
from chassis.fields import OneOf, PageQuery, Strict, Text
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.identity import Principal
from chassis.problems import NotFound
from services.catalog.api.calls import PREFIX, sees_all, sees_inside, staff_of, write
from services.catalog.api.fields import Decision, prose, regency, word
from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.queries.documents import provider_document
from services.catalog.queries.list_providers import ProviderFilter, list_providers
from services.catalog.service import CatalogService
from services.catalog.storage.providers import find_provider
from services.catalog.storage.writing import Writing
from services.catalog.use_cases.apply_as_provider import apply_as_provider
from services.catalog.use_cases.decide_on_provider import decide_on_provider
from vocabulary.roles import AUDITOR, OPERATOR

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)


class Application(Strict):
    """An institution's application."""

    name = prose(most=200, required=True)
    kind = word(ProviderKind, required=True)
    regency = regency(load_default=None, allow_none=True)
    email = Text(
        least=3,
        most=254,
        load_default=None,
        allow_none=True,
        validate=ma.validate.Email(error="Send an e-mail address such as info@lembaga.example."),
    )


class ProviderDecision(Decision):
    """The operator's decision on a provider."""

    decision = OneOf((ProviderStatus.APPROVED, ProviderStatus.REFUSED), required=True)


class ProvidersQuery(PageQuery):
    """Filters of the list of providers."""

    status = word(ProviderStatus, load_default=None)


@endpoints.get("/providers", query=ProvidersQuery)
def get_providers(call: Call, house: CatalogService) -> Answer:
    """List approved providers; their own staff, operators and auditors see others, too."""
    wanted = ProviderFilter(
        own=staff_of(call.principal),
        sees_all=sees_all(call.principal),
        status=call.query["status"] and ProviderStatus(call.query["status"]),
    )
    with house.database.reading() as connection:
        page = list_providers(
            connection,
            wanted,
            cursor=call.query["cursor"],
            limit=call.query["limit"],
            present=lambda provider: _document(provider, call.principal),
        )
    return json_answer(200, page)


@endpoints.get("/providers/<id:provider_id>")
def get_provider(call: Call, house: CatalogService) -> Answer:
    """Show a provider."""
    with house.database.reading() as connection:
        provider = find_provider(connection, call.path["provider_id"])
    inside = provider is not None and sees_inside(call.principal, provider.provider_id)
    if provider is None or not (inside or provider.status is ProviderStatus.APPROVED):
        raise NotFound
    return json_answer(200, _document(provider, call.principal))


@endpoints.post("/providers", body=Application)
def post_provider(call: Call, house: CatalogService) -> Answer:
    """Apply as a provider. Anybody may; the answer holds the id by which the operator decides."""
    provider = Provider(
        provider_id=new_id(),
        name=call.body["name"],
        kind=ProviderKind(call.body["kind"]),
        regency=call.body["regency"],
        email=call.body["email"],
    )

    def apply(writing: Writing) -> Answer:
        made = apply_as_provider(writing, provider)
        return json_answer(
            201,
            provider_document(made, inside=False, contact=False),
            {"Location": f"{PREFIX}/providers/{made.provider_id}"},
        )

    return write(call, house, apply)


@endpoints.post("/providers/<id:provider_id>/decision", allow=(OPERATOR,), body=ProviderDecision)
def post_provider_decision(call: Call, house: CatalogService) -> Answer:
    """Approve or refuse an applicant."""

    def decide(writing: Writing) -> Answer:
        decided = decide_on_provider(
            writing,
            call.path["provider_id"],
            decision=ProviderStatus(call.body["decision"]),
            reason=call.body["reason"],
        )
        return json_answer(200, provider_document(decided, inside=True, contact=False))

    return write(call, house, decide)


def _document(provider: Provider, principal: Principal | None) -> dict[str, object]:
    inside = sees_inside(principal, provider.provider_id)
    auditing = principal is not None and principal.role == AUDITOR
    return provider_document(provider, inside=inside, contact=inside and not auditing)
