"""The way in of every request: whether its caller may, and what it brings; refused before a handler runs otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request

from chassis.calls import Call
from chassis.endpoints import Endpoint, KeyUse
from chassis.idempotency import IdempotencyKey, IdempotencyKeys
from chassis.identity import Principal, TokenVerifier, bearer_token
from chassis.media_types import media_type_for
from chassis.problems import Forbidden, IdempotencyKeyMissing, MalformedRequest, Unauthenticated
from chassis.request_content import body_in, form_in, key_in, query_in, version_in
from chassis.streamed_bodies import Incoming, stream_in
from chassis.time_left import TIME_LEFT_HEADER, seconds_left

Binding = Callable[[Any], IdempotencyKey | None]
"""Binds the caller's Idempotency-Key, where it sent one, to what its request brought."""


@dataclass(frozen=True)
class RequestGate:
    """What a service looks at requests with; `keys` is None where no call takes an Idempotency-Key."""

    verifier: TokenVerifier
    keys: IdempotencyKeys | None

    def admit(
        self, endpoint: Endpoint[Any], request: Request, path: Mapping[str, str], request_id: str
    ) -> Call:
        """Parse a request into a `Call`, or raise the problem that stands in its way."""
        principal = None if endpoint.form else self._permitted(endpoint, request)
        media_type = media_type_for(request, endpoint.media_types)
        query = query_in(request, endpoint.query)

        def key_for(brought: Any) -> IdempotencyKey | None:
            return self._key(endpoint, request, principal, [dict(path), brought])

        body, key, incoming = _brought(endpoint, request, key_for)
        return Call(
            principal=principal,
            request_id=request_id,
            path=path,
            query=query,
            body=body,
            key=key,
            version=version_in(request) if endpoint.edits else None,
            media_type=media_type,
            seconds_left=seconds_left(request.headers.get(TIME_LEFT_HEADER)),
            authorization=request.headers.get("Authorization"),
            address=request.remote_addr or "",
            incoming=incoming,
        )

    def _permitted(self, endpoint: Endpoint[Any], request: Request) -> Principal | None:
        token = bearer_token(request.headers.get("Authorization"))
        principal = self.verifier.verify(token) if token is not None else None
        if endpoint.allow:
            if principal is None:
                raise Unauthenticated
            if principal.role not in endpoint.allow:
                raise Forbidden(f"This call is for: {', '.join(sorted(endpoint.allow))}.")
        return principal

    def _key(
        self,
        endpoint: Endpoint[Any],
        request: Request,
        principal: Principal | None,
        command: Any,
    ) -> IdempotencyKey | None:
        given = None if endpoint.key is KeyUse.NONE else key_in(request)
        if given is None:
            if endpoint.key is KeyUse.REQUIRED:
                raise IdempotencyKeyMissing
            return None
        if self.keys is None:
            raise LookupError("this service was built without a secret for idempotency keys")
        try:
            return self.keys.bind(
                caller=_scope_of(principal),
                method=endpoint.method,
                route=endpoint.rule,
                key=given,
                command=command,
            )
        except RecursionError:  # what was just read may be a little too deep to be written again
            raise MalformedRequest("The body is nested too deeply. Send flat objects.") from None


def _brought(
    endpoint: Endpoint[Any], request: Request, key_for: Binding
) -> tuple[Mapping[str, Any], IdempotencyKey | None, Incoming | None]:
    """Read the body and bind the key to it; of a body that is streamed the handler does both."""
    if endpoint.streams is None:
        body = _body(endpoint, request)
        return body, key_for(body), None
    key_for("")  # a key that is missing or unusable is refused before anything is read
    return {}, None, Incoming(stream_in(request, endpoint.streams), key_for)


def _body(endpoint: Endpoint[Any], request: Request) -> Mapping[str, Any]:
    if endpoint.form:
        return form_in(request)
    return {} if endpoint.method == "GET" else body_in(request, endpoint.body)


def _scope_of(principal: Principal | None) -> tuple[str | None, ...]:
    """Return whose key it is: of one subject as it is bound now, since what it is bound to may change.

    All anonymous callers share one scope, so that a retry from another address, as a phone sends it, is still a retry.
    A stored answer is given only for the very same command; its caller learns no more than that it was sent before, and
    the id that was given to it.
    """
    if principal is None:
        return ("public",)
    return (principal.subject, principal.provider, principal.card)
