"""What the catalogue's handlers share: who sees what, and how a write becomes one transaction."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from chassis.endpoints import Call
from chassis.idempotency import Answer
from chassis.identity import Principal
from chassis.problems import Forbidden
from services.catalog.service import CatalogService
from services.catalog.storage.writing import Author, Writing
from vocabulary.roles import AUDITOR, OPERATOR, PROVIDER

PREFIX = "/api/v1"
_PUBLIC = "public"


def write(call: Call, house: CatalogService, work: Callable[[Writing], Answer]) -> Answer:
    """Do a use case's work in one transaction, as the caller; a repeated Idempotency-Key gets its stored answer."""

    def within(connection: sa.Connection) -> Answer:
        return work(
            Writing(
                connection,
                database=house.database,
                journal=house.journal,
                author=_author(call),
            )
        )

    return house.transactions.answer(call.key, within, seconds=call.seconds_left)


def staff_of(principal: Principal | None) -> str | None:
    """Return the provider whose staff the caller is; None for everybody else."""
    if principal is None or principal.role != PROVIDER:
        return None
    return principal.provider


def own_provider(call: Call) -> str:
    """Return the provider whose staff the caller is. Raises `Forbidden` where the token names none."""
    provider_id = staff_of(call.caller)
    if provider_id is None:
        raise Forbidden("The access token names no provider.")
    return provider_id


def sees_all(principal: Principal | None) -> bool:
    """Tell whether the caller sees what is not public of every provider."""
    return principal is not None and principal.role in (OPERATOR, AUDITOR)


def sees_inside(principal: Principal | None, provider_id: str) -> bool:
    """Tell whether the caller sees what is not public of this provider."""
    return sees_all(principal) or staff_of(principal) == provider_id


def _author(call: Call) -> Author:
    principal = call.principal
    if principal is None:
        return Author(_PUBLIC, _PUBLIC, call.request_id)
    return Author(principal.subject, principal.role, call.request_id)
