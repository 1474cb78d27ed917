"""The calls about providers."""

from __future__ import annotations

import marshmallow as ma

from chassis.calls import Call
from chassis.endpoints import Endpoints
from chassis.fields import OneOf, PageQuery, Strict, Text, says
from chassis.idempotency import Answer, json_answer
from chassis.identifiers import new_id
from chassis.problems import StateConflict, TooManyRequests
from chassis.throttle import address_group
from services.catalog.api.calls import PREFIX, created, show, write
from services.catalog.api.documents import Provider as ShownProvider
from services.catalog.api.documents import Providers
from services.catalog.api.fields import Decision, prose, regency, word
from services.catalog.domain.providers import Provider, ProviderKind, ProviderStatus
from services.catalog.domain.reach import Reach, reach_to_read
from services.catalog.queries.documents import provider_document
from services.catalog.queries.providers import list_providers, show_provider
from services.catalog.service import APPLICATIONS_FROM_ONE_ADDRESS, CatalogService
from services.catalog.use_cases.apply_as_provider import apply_as_provider
from services.catalog.use_cases.decide_on_provider import decide_on_provider
from services.catalog.use_cases.shared.writing import Writing
from vocabulary.refusals.catalogue import ProviderNameTaken
from vocabulary.roles import OPERATOR

endpoints: Endpoints[CatalogService] = Endpoints(PREFIX)

WITHOUT_CONTACTS = Reach(everything=True)
"""What a decision's answer shows: it may be stored, and no stored answer holds an address."""


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

    decision = OneOf(
        (ProviderStatus.APPROVED, ProviderStatus.REFUSED, ProviderStatus.SUSPENDED), required=True
    )


class ProvidersQuery(PageQuery):
    """Filters of the list of providers."""

    status = word(
        ProviderStatus,
        load_default=None,
        metadata=says("Only those that stand so, as far as the caller may see them."),
    )


@endpoints.get("/providers", query=ProvidersQuery, shows=Providers)
def get_providers(call: Call, house: CatalogService) -> Answer:
    """List approved providers, and those suspended after that.

    Their own staff, operators and auditors see others, too.
    """
    status = call.query["status"]
    with house.database.reading() as connection:
        page = list_providers(
            connection,
            call.query["page"],
            reach=reach_to_read(call.principal),
            status=status and ProviderStatus(status),
        )
    return json_answer(200, page)


@endpoints.get("/providers/<id:provider_id>", shows=ShownProvider)
def get_provider(call: Call, house: CatalogService) -> Answer:
    """Show a provider."""
    with house.database.reading() as connection:
        return show(
            show_provider(connection, call.path["provider_id"], reach=reach_to_read(call.principal))
        )


@endpoints.post(
    "/providers",
    body=Application,
    status=201,
    shows=ShownProvider,
    sends=("Location",),
    refuses=(ProviderNameTaken,),
    bounded=(APPLICATIONS_FROM_ONE_ADDRESS,),
)
def post_provider(call: Call, house: CatalogService) -> Answer:
    """Apply as a provider.

    Anybody may; the answer holds the id by which the operator decides.
    """
    if call.key is None:
        _bound(call, house)
    provider = Provider(
        provider_id=new_id(),
        name=call.body["name"],
        kind=ProviderKind(call.body["kind"]),
        regency=call.body["regency"],
        email=call.body["email"],
    )

    def apply(writing: Writing) -> Answer:
        if (
            call.key is not None
        ):  # a repeat gets its stored answer, however many have applied meanwhile
            _bound(call, house)
        made = apply_as_provider(writing, provider)
        return created(provider_document(made, Reach()), under="/providers")

    return write(call, house, apply)


def _bound(call: Call, house: CatalogService) -> None:
    """Refuse who has applied too often, by network address; counted in each process by itself.

    The operator, who enters institutions on their behalf and is named in the journal, is not counted.
    """
    if call.principal is not None and call.principal.role == OPERATOR:
        return
    if seconds := house.applications.take(
        address_group(call.address, ipv6_prefix=48), now=house.clock()
    ):
        raise TooManyRequests(
            "Too many applications came from your network address. Wait as long as Retry-After says.",
            retry_after=seconds,
        )


@endpoints.post(
    "/providers/<id:provider_id>/decision",
    allow=(OPERATOR,),
    body=ProviderDecision,
    shows=ShownProvider,
    refuses=(StateConflict, ProviderNameTaken),
)
def post_provider_decision(call: Call, house: CatalogService) -> Answer:
    """Approve or refuse an applicant, suspend a provider, or lift a suspension by approving it again.

    Within a second or so of a suspension its classes take nobody else (`provider-suspended`), and it cannot submit
    courses, offer classes or add seats. Who is in its classes keeps seat, money and rights; its staff go on reading
    rosters and redeeming, and may call classes off. The reason is shown to its staff, operators and auditors only.
    """

    def decide(writing: Writing) -> Answer:
        decided = decide_on_provider(
            writing,
            call.path["provider_id"],
            decision=ProviderStatus(call.body["decision"]),
            reason=call.body["reason"],
        )
        return show(provider_document(decided, WITHOUT_CONTACTS))

    return write(call, house, decide)
