"""What a call promises: the refusals that follow from how it is declared, and how its answers are described.

Nothing here runs while a request is served. The contract that is published is written from it, and tests hold every
answer to that.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import marshmallow as ma

from chassis import problems
from chassis.endpoints import Endpoint, KeyUse
from chassis.fields import says
from chassis.problems import Problem
from chassis.serving.refusals import (
    RequestHeadersTooLarge,
    RequestLineTooLong,
    TransferCodingNotSupported,
)

Refusals = tuple[type[Problem], ...]

ANYWHERE: Refusals = (
    problems.MethodNotAllowed,
    problems.RequestTimedOut,
    RequestLineTooLong,
    RequestHeadersTooLarge,
    TransferCodingNotSupported,
)
"""What any address may answer, before it is known which call is meant."""

_EVERY_CALL: Refusals = (
    problems.MalformedRequest,
    problems.NotAcceptable,
    problems.PayloadTooLarge,
    problems.ValidationFailed,
    problems.InternalError,
    problems.BadGateway,
    problems.Unavailable,
    problems.TooBusy,
    problems.GatewayTimedOut,
)
_WRITES: Refusals = (problems.DeadlinePassed, problems.OutcomeUnknown)
_WITH_KEY: Refusals = (problems.IdempotencyKeyReused, problems.RequestInFlight)
_EDITS: Refusals = (problems.PreconditionFailed, problems.PreconditionRequired)


class Shown(ma.Schema):
    """A document that calls answer. It describes and is never dumped through: that costs eight times a plain dict.

    Every member is always there but those named in `SOMETIMES`.
    """

    SOMETIMES: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        unknown = ma.EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: ma.fields.Field[Any]) -> None:
        """Require what is always there."""
        field_obj.required = field_name not in self.SOMETIMES


def page_of(
    item: type[ma.Schema], *, name: str, sometimes: Mapping[str, Any] | None = None
) -> type[Shown]:
    """Return the document of a list; `sometimes` are fields that not every page has."""
    members = {
        "items": ma.fields.List(ma.fields.Nested(item)),
        "next_cursor": ma.fields.String(
            allow_none=True, metadata=says("Send it as `cursor` to go on; null at the end.")
        ),
    }
    besides = {"SOMETIMES": frozenset(sometimes or ()), **(sometimes or {})}
    return type(name, (Shown,), {"__doc__": "A page of a list.", **members, **besides})


def summary_of(endpoint: Endpoint[Any]) -> tuple[str, str]:
    """Return the first line and the rest of what a call's handler says of it; both empty where it says nothing."""
    summary, _, rest = (inspect.getdoc(endpoint.handler) or "").partition("\n")
    return summary.strip(), rest.strip()


def refusals_of(endpoint: Endpoint[Any]) -> list[type[Problem]]:
    """Return every refusal a caller may meet at a call, through the gateway, in the order of status and code."""
    found = {refusal.code: refusal for refusal in _derived(endpoint)}
    found |= {refusal.code: refusal for refusal in endpoint.refuses}
    return sorted(found.values(), key=lambda refusal: (refusal.status, refusal.code))


def _derived(endpoint: Endpoint[Any]) -> Iterable[type[Problem]]:
    yield from _EVERY_CALL
    if not endpoint.form:
        yield problems.Unauthenticated
        yield problems.TooManyRequests
    if endpoint.allow:
        yield problems.Forbidden
    if "<" in endpoint.rule:
        yield problems.NotFound
    if endpoint.method != "GET":
        yield problems.UnsupportedMediaType
        if not endpoint.form:
            yield from _WRITES
    if endpoint.key is not KeyUse.NONE:
        yield from _WITH_KEY
    if endpoint.key is KeyUse.REQUIRED:
        yield problems.IdempotencyKeyMissing
    if endpoint.edits:
        yield from _EDITS
    if endpoint.bounded:
        yield problems.TooManyRequests
