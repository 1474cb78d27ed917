"""What the catalogue's handlers share: how a write becomes one transaction, and how what came of it is answered."""

from __future__ import annotations

from collections.abc import Callable

from chassis.calls import Call
from chassis.idempotency import Answer, json_answer
from chassis.problems import Forbidden, NotFound
from services.catalog.domain.reach import reach_to_read
from services.catalog.queries.documents import Document
from services.catalog.service import CatalogService
from services.catalog.use_cases.shared.writing import Author, Writing

PREFIX = "/api/v1"
_PUBLIC = "public"


def write(call: Call, house: CatalogService, work: Callable[[Writing], Answer]) -> Answer:
    """Do a use case's work in one transaction, as the caller; a repeated Idempotency-Key gets its stored answer."""
    return house.transactions.answer(
        call.key,
        lambda connection: work(house.writing(connection, _author(call))),
        seconds=call.seconds_left,
    )


def show(document: Document | None) -> Answer:
    """Answer with a document. Raises `NotFound` where there is none."""
    if document is None:
        raise NotFound
    return json_answer(200, document.body, document.etag)


def created(document: Document, *, under: str) -> Answer:
    """Answer with the document of something new, and with its address under that of its list."""
    location = {"Location": f"{PREFIX}{under}/{document.body['id']}"}
    return json_answer(201, document.body, {**document.etag, **location})


def own_provider(call: Call) -> str:
    """Return the provider whose staff the caller is. Raises `Forbidden` where the token names none."""
    provider_id = reach_to_read(call.caller).provider_id
    if provider_id is None:
        raise Forbidden("The access token names no provider.")
    return provider_id


def _author(call: Call) -> Author:
    principal = call.principal
    if principal is None:
        return Author(_PUBLIC, _PUBLIC, call.request_id)
    return Author(principal.subject, principal.role, call.request_id)
