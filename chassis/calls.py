"""One request as a handler gets it: parsed, permitted, and with what bounds its answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.idempotency import IdempotencyKey
from chassis.identity import Principal
from chassis.problems import Unauthenticated
from chassis.streamed_bodies import Incoming


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed and permitted.

    `body` is what the schema made of it; of a form it holds, for each name, the list of values sent under it.
    `authorization` is the Authorization header as it came; of a form call nothing has looked at it.
    `address` is the caller's network address as far as the application knows it. `incoming` is the body of a call that
    takes a stream; such a call has no `key` of its own.
    """

    principal: Principal | None
    request_id: str
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    key: IdempotencyKey | None
    version: int | None
    media_type: str
    seconds_left: float
    authorization: str | None = field(default=None, repr=False)
    address: str = ""
    incoming: Incoming | None = field(default=None, repr=False)

    @property
    def caller(self) -> Principal:
        """Return the caller of a call that is not public. Raises `Unauthenticated` where there is none."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal
