"""Declaring the calls a service takes: who may call, what goes in, and the function that answers.

A handler gets the parsed `Call` and the service's own parts; it returns an `Answer`, or a Flask response
where it streams. Everything that can be refused without knowing the service's data is refused before it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypedDict, TypeVar, Unpack

import marshmallow as ma
from flask import Request, Response

from chassis.idempotency import Answer, IdempotencyKey, IdempotencyKeys
from chassis.identity import Principal, TokenVerifier, bearer_token
from chassis.media_types import media_type_for
from chassis.problems import (
    Forbidden,
    IdempotencyKeyMissing,
    MalformedRequest,
    Problem,
    Unauthenticated,
)
from chassis.rate_limits import Bound
from chassis.request_content import (
    JSON,
    Streamed,
    body_in,
    form_in,
    key_in,
    query_in,
    stream_in,
    version_in,
)
from chassis.time_left import TIME_LEFT_HEADER, seconds_left

House = TypeVar("House")


class KeyUse(Enum):
    """Whether a call takes an Idempotency-Key."""

    NONE = "none"
    ACCEPTED = "accepted"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A body that is read while it comes, block by block. Reading raises what `request_content.stream_in` raises.

    What the command is, nobody knows before its end: `key_for` binds the caller's Idempotency-Key to what came of it.
    """

    blocks: Iterator[bytes] = field(repr=False)
    key_for: Callable[[str], IdempotencyKey | None] = field(repr=False)


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


Handler = Callable[[Call, House], Answer | Response]


@dataclass(frozen=True)
class Endpoint(Generic[House]):
    """One call: its address, its gate and its handler. `allow` empty means public.

    `form` is for the few calls that other standards want form-encoded (RFC 6749): their callers need no token, and
    an Authorization header is left to the handler.

    `streams` is for calls whose body is larger than a process should hold: the handler reads it as it comes.

    The rest is what the contract says of the call, and tests hold its answers to; nothing of it is looked at while a
    request is served. A success is `status`, or `also` where that is another one, with the document `shows` (in JSON)
    and the headers `sends`; `refuses` names the programme's refusals, and `refuses_rows` those that stand in the
    document because each row of the body is judged by itself. `bounded` are the bounds on how often somebody may, for
    each of which the service has a throttle that the handler asks: callers are told how they stand, and refused with
    429. Everything that follows from the
    declaration itself, `chassis.contract` derives.
    """

    method: str
    rule: str
    handler: Handler[House]
    allow: frozenset[str]
    body: ma.Schema | None
    query: ma.Schema | None
    key: KeyUse
    edits: bool
    media_types: tuple[str, ...]
    form: bool = False
    form_body: ma.Schema | None = None
    streams: Streamed | None = None
    status: int = 200
    also: int | None = None
    shows: ma.Schema | None = None
    sends: tuple[str, ...] = ()
    refuses: tuple[type[Problem], ...] = ()
    refuses_rows: tuple[type[Problem], ...] = ()
    bounded: tuple[Bound, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"

    def admit(
        self,
        request: Request,
        path: Mapping[str, str],
        request_id: str,
        verifier: TokenVerifier,
        keys: IdempotencyKeys | None,
    ) -> Call:
        """Parse a request into a `Call`, or raise the problem that stands in its way."""
        principal = None if self.form else self._permitted(request, verifier)
        media_type = media_type_for(request, self.media_types)
        query = query_in(request, self.query)
        if self.streams is not None:
            return self._streamed(self.streams, request, path, request_id, principal, keys)
        body = self._body(request)
        return Call(
            principal=principal,
            request_id=request_id,
            path=path,
            query=query,
            body=body,
            key=self._key(request, principal, [dict(path), body], keys),
            version=version_in(request) if self.edits else None,
            media_type=media_type,
            seconds_left=seconds_left(request.headers.get(TIME_LEFT_HEADER)),
            authorization=request.headers.get("Authorization"),
            address=request.remote_addr or "",
        )

    def _streamed(
        self,
        streams: Streamed,
        request: Request,
        path: Mapping[str, str],
        request_id: str,
        principal: Principal | None,
        keys: IdempotencyKeys | None,
    ) -> Call:
        """Parse a request but for its body, which the handler reads."""

        def key_for(digest: str) -> IdempotencyKey | None:
            return self._key(request, principal, [dict(path), digest], keys)

        key_for("")  # a key that is missing or unusable is refused before anything is read
        return Call(
            principal=principal,
            request_id=request_id,
            path=path,
            query=query_in(request, self.query),
            body={},
            key=None,
            version=None,
            media_type=media_type_for(request, self.media_types),
            seconds_left=seconds_left(request.headers.get(TIME_LEFT_HEADER)),
            incoming=Incoming(stream_in(request, streams), key_for),
        )

    def _body(self, request: Request) -> Mapping[str, Any]:
        if self.form:
            return form_in(request)
        return {} if self.method == "GET" else body_in(request, self.body)

    def _permitted(self, request: Request, verifier: TokenVerifier) -> Principal | None:
        token = bearer_token(request.headers.get("Authorization"))
        principal = verifier.verify(token) if token is not None else None
        if self.allow:
            if principal is None:
                raise Unauthenticated
            if principal.role not in self.allow:
                raise Forbidden(f"This call is for: {', '.join(sorted(self.allow))}.")
        return principal

    def _key(
        self,
        request: Request,
        principal: Principal | None,
        command: Any,
        keys: IdempotencyKeys | None,
    ) -> IdempotencyKey | None:
        given = None if self.key is KeyUse.NONE else key_in(request)
        if given is None:
            if self.key is KeyUse.REQUIRED:
                raise IdempotencyKeyMissing
            return None
        if keys is None:
            raise LookupError("this service was built without a secret for idempotency keys")
        try:
            return keys.bind(
                caller=_scope_of(principal),
                method=self.method,
                route=self.rule,
                key=given,
                command=command,
            )
        except RecursionError:  # what was just read may be a little too deep to be written again
            raise MalformedRequest("The body is nested too deeply. Send flat objects.") from None


def _scope_of(principal: Principal | None) -> tuple[str | None, ...]:
    """Return whose key it is: of one subject as it is bound now, since what it is bound to may change.

    All anonymous callers share one scope, so that a retry from another address, as a phone sends it, is still a retry.
    A stored answer is given only for the very same command; its caller learns no more than that it was sent before, and
    the id that was given to it.
    """
    if principal is None:
        return ("public",)
    return (principal.subject, principal.provider, principal.card)


class Said(TypedDict, total=False):
    """What the contract says of a call beyond what its declaration says by itself; see `Endpoint`."""

    status: int
    also: int
    shows: type[ma.Schema]
    sends: tuple[str, ...]
    refuses: tuple[type[Problem], ...]
    refuses_rows: tuple[type[Problem], ...]
    bounded: tuple[Bound, ...]


@dataclass
class Endpoints(Generic[House]):
    """The calls of one subject, gathered by decorators."""

    prefix: str = ""
    all: list[Endpoint[House]] = field(default_factory=list)

    def get(
        self,
        rule: str,
        *,
        allow: tuple[str, ...] = (),
        query: type[ma.Schema] | None = None,
        media_types: tuple[str, ...] = (JSON,),
        **said: Unpack[Said],
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a read."""
        return self._declare("GET", rule, allow, query=query, media_types=media_types, said=said)

    def post(
        self,
        rule: str,
        *,
        allow: tuple[str, ...] = (),
        body: type[ma.Schema] | None = None,
        key: KeyUse = KeyUse.ACCEPTED,
        **said: Unpack[Said],
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a write."""
        return self._declare("POST", rule, allow, body=body, key=key, said=said)

    def post_form(
        self, rule: str, *, form_body: type[ma.Schema], **said: Unpack[Said]
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a call that takes a form instead of JSON, and no token: its handler learns who calls.

        `form_body` describes the form; the handler reads it as the standard wants it read.
        """
        return self._declare("POST", rule, (), form_body=form_body, said=said)

    def post_stream(
        self,
        rule: str,
        *,
        streams: Streamed,
        allow: tuple[str, ...],
        key: KeyUse = KeyUse.ACCEPTED,
        **said: Unpack[Said],
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a write whose body the handler reads as it comes; see `Call.incoming`."""
        return self._declare("POST", rule, allow, streams=streams, key=key, said=said)

    def patch(
        self, rule: str, *, allow: tuple[str, ...], body: type[ma.Schema], **said: Unpack[Said]
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare an edit, which needs If-Match."""
        return self._declare(
            "PATCH", rule, allow, body=body, key=KeyUse.ACCEPTED, edits=True, said=said
        )

    def _declare(
        self,
        method: str,
        rule: str,
        allow: tuple[str, ...],
        *,
        said: Said,
        body: type[ma.Schema] | None = None,
        query: type[ma.Schema] | None = None,
        key: KeyUse = KeyUse.NONE,
        edits: bool = False,
        media_types: tuple[str, ...] = (JSON,),
        form_body: type[ma.Schema] | None = None,
        streams: Streamed | None = None,
    ) -> Callable[[Handler[House]], Handler[House]]:
        shows = said.get("shows")

        def declare(handler: Handler[House]) -> Handler[House]:
            self.all.append(
                Endpoint(
                    method=method,
                    rule=self.prefix + rule,
                    handler=handler,
                    allow=frozenset(allow),
                    body=body() if body else None,
                    query=query() if query else None,
                    key=key,
                    edits=edits,
                    media_types=media_types,
                    form=form_body is not None,
                    form_body=form_body() if form_body else None,
                    streams=streams,
                    status=said.get("status", 200),
                    also=said.get("also"),
                    shows=shows() if shows else None,
                    sends=said.get("sends", ()),
                    refuses=said.get("refuses", ()),
                    refuses_rows=said.get("refuses_rows", ()),
                    bounded=said.get("bounded", ()),
                )
            )
            return handler

        return declare


def etag(version: int, *, beside: str = "") -> dict[str, str]:
    """Return the ETag header of a resource at a version.

    `beside` (digits and small letters) tells apart answers of the same version that differ in what is no part of it,
    such as a count that others move; If-Match looks at the version alone.
    """
    return {"ETag": f'"{version}.{beside}"' if beside else f'"{version}"'}
