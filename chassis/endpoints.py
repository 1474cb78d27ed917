"""Declaring the calls a service takes: who may call, what goes in, and the function that answers.

A handler gets the parsed `Call` and the service's own parts; it returns an `Answer`, or a Flask response
where it streams. Everything that can be refused without knowing the service's data is refused before it runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs

import marshmallow as ma
from flask import Request, Response

from chassis import strict_json
from chassis.fields import Strict, load
from chassis.idempotency import Answer, IdempotencyKey, IdempotencyKeys
from chassis.identity import Principal, TokenVerifier, bearer_token
from chassis.problems import (
    FieldError,
    Forbidden,
    IdempotencyKeyMissing,
    MalformedRequest,
    NotAcceptable,
    PayloadTooLarge,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    UnsupportedMediaType,
    ValidationFailed,
    pointer_step,
)
from chassis.time_left import TIME_LEFT_HEADER, seconds_left

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64
"""Fields of a form, or parts of a query string."""

_KEY = re.compile(r'\A(?:"([\x21\x23-\x5b\x5d-\x7e]{8,200})"|([A-Za-z0-9._~:+/=-]{8,200}))\Z')
_VERSION = re.compile(r'\A"([0-9]{1,9})(?:\.[0-9a-z]+)?"\Z')
House = TypeVar("House")


class KeyUse(Enum):
    """Whether a call takes an Idempotency-Key."""

    NONE = "none"
    ACCEPTED = "accepted"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed and permitted.

    `body` is what the schema made of it; of a form it holds, for each name, the list of values sent under it.
    `authorization` is the Authorization header of a form call as it came; nothing has looked at it.
    `address` is the caller's network address as far as the application knows it.
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
    authorization: str | None = None
    address: str = ""

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
        media_type = self._media_type(request)
        query = self._query(request)
        body = self._form(request) if self.form else self._body(request)
        return Call(
            principal=principal,
            request_id=request_id,
            path=path,
            query=query,
            body=body,
            key=self._key(request, principal, [dict(path), body], keys),
            version=self._version(request),
            media_type=media_type,
            seconds_left=seconds_left(request.headers.get(TIME_LEFT_HEADER)),
            authorization=request.headers.get("Authorization") if self.form else None,
            address=request.remote_addr or "",
        )

    def _permitted(self, request: Request, verifier: TokenVerifier) -> Principal | None:
        token = bearer_token(request.headers.get("Authorization"))
        principal = verifier.verify(token) if token is not None else None
        if self.allow:
            if principal is None:
                raise Unauthenticated
            if principal.role not in self.allow:
                raise Forbidden(f"This call is for: {', '.join(sorted(self.allow))}.")
        return principal

    def _media_type(self, request: Request) -> str:
        if len(self.media_types) == 1 and not request.headers.get("Accept"):
            return self.media_types[0]
        chosen = request.accept_mimetypes.best_match(self.media_types)
        if request.accept_mimetypes and chosen is None:
            raise NotAcceptable(f"This call answers: {', '.join(self.media_types)}.")
        return chosen or self.media_types[0]

    def _query(self, request: Request) -> Mapping[str, Any]:
        given = _query_values(request.query_string)
        if not given and self.query is None:
            return {}
        errors = [
            FieldError(pointer_step(name), message)
            for name, values in given.items()
            if (message := _unusable(values))
        ]
        if errors:
            raise ValidationFailed(errors=errors)
        return load(self.query or Strict(), {name: values[0] for name, values in given.items()})

    def _body(self, request: Request) -> Mapping[str, Any]:
        if self.method == "GET":
            return {}
        raw = _whole_body(request)
        if self.body is None and raw.strip() in (b"", b"{}"):
            return {}
        if request.mimetype != JSON:
            raise UnsupportedMediaType
        if not raw.strip():
            raise MalformedRequest("The body is empty. Send a JSON object.")
        return load(self.body or Strict(), strict_json.parse(raw))

    def _form(self, request: Request) -> Mapping[str, list[str]]:
        if request.mimetype != FORM:
            raise UnsupportedMediaType(f"Send Content-Type: {FORM}.")
        try:
            return parse_qs(
                _whole_body(request).decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MOST_FIELDS,
            )
        except ValueError:
            raise MalformedRequest(
                f"The body is not a form of at most {MOST_FIELDS} fields, percent-encoded UTF-8."
            ) from None

    def _key(
        self,
        request: Request,
        principal: Principal | None,
        command: Any,
        keys: IdempotencyKeys | None,
    ) -> IdempotencyKey | None:
        given = request.headers.get("Idempotency-Key")
        if given is None or self.key is KeyUse.NONE:
            if self.key is KeyUse.REQUIRED:
                raise IdempotencyKeyMissing
            return None
        match = _KEY.match(given)
        if not match:
            raise MalformedRequest("Idempotency-Key must be 8 to 200 characters, such as a UUID.")
        if keys is None:
            raise LookupError("this service was built without a secret for idempotency keys")
        try:
            return keys.bind(
                caller=_scope_of(principal),
                method=self.method,
                route=self.rule,
                key=match[1] or match[2],
                command=command,
            )
        except RecursionError:  # what was just read may be a little too deep to be written again
            raise MalformedRequest("The body is nested too deeply. Send flat objects.") from None

    def _version(self, request: Request) -> int | None:
        if not self.edits:
            return None
        given = request.headers.get("If-Match")
        if given is None:
            raise PreconditionRequired
        match = _VERSION.match(given)
        if not match:
            raise PreconditionFailed(
                "If-Match must hold the resource's ETag exactly as it was given."
            )
        return int(match[1])


def _scope_of(principal: Principal | None) -> tuple[str | None, ...]:
    """Return whose key it is: of one subject for one provider or card, since a subject may change what it is bound to.

    All anonymous callers share one scope, so that a retry from another address, as a phone sends it, is still a retry.
    A stored answer is given only for the very same command; its caller learns no more than that it was sent before, and
    the id that was given to it.
    """
    if principal is None:
        return ("public",)
    return (principal.subject, principal.provider, principal.card)


def _whole_body(request: Request) -> bytes:
    """Read the body. Raises `PayloadTooLarge`.

    Of a body without a length (sent in chunks) werkzeug gives as much as is allowed and keeps silent about the
    rest, so one that fills the limit is taken for too large.
    """
    raw = request.get_data(cache=False)
    limit = request.max_content_length
    if limit is not None and request.content_length is None and len(raw) >= limit:
        raise PayloadTooLarge
    return raw


def _query_values(raw: bytes) -> dict[str, list[str]]:
    """Parse a query string; bytes that are not UTF-8 become lone surrogates, for which `_unusable` looks.

    (werkzeug leaves them percent-encoded in the text, as if the caller had meant that.)
    """
    try:
        values = parse_qs(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_FIELDS,
        )
        "".join(values).encode()  # a name that is not UTF-8 cannot be named in the answer
        return values
    except ValueError:
        raise MalformedRequest(
            f"The query string is not percent-encoded UTF-8, or has more than {MOST_FIELDS} parts."
        ) from None


def _unusable(values: list[str]) -> str | None:
    if len(values) > 1:
        return "Give this once."
    lone_surrogate = any("\ud800" <= character <= "\udfff" for character in values[0])
    return "Send plain UTF-8 text." if lone_surrogate or "\x00" in values[0] else None


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
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a read."""
        return self._declare("GET", rule, allow, query=query, media_types=media_types)

    def post(
        self,
        rule: str,
        *,
        allow: tuple[str, ...] = (),
        body: type[ma.Schema] | None = None,
        key: KeyUse = KeyUse.ACCEPTED,
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a write."""
        return self._declare("POST", rule, allow, body=body, key=key)

    def post_form(self, rule: str) -> Callable[[Handler[House]], Handler[House]]:
        """Declare a call that takes a form instead of JSON, and no token: its handler learns who calls."""
        return self._declare("POST", rule, (), form=True)

    def patch(
        self, rule: str, *, allow: tuple[str, ...], body: type[ma.Schema]
    ) -> Callable[[Handler[House]], Handler[House]]:
        """Declare an edit, which needs If-Match."""
        return self._declare("PATCH", rule, allow, body=body, key=KeyUse.ACCEPTED, edits=True)

    def _declare(
        self,
        method: str,
        rule: str,
        allow: tuple[str, ...],
        *,
        body: type[ma.Schema] | None = None,
        query: type[ma.Schema] | None = None,
        key: KeyUse = KeyUse.NONE,
        edits: bool = False,
        media_types: tuple[str, ...] = (JSON,),
        form: bool = False,
    ) -> Callable[[Handler[House]], Handler[House]]:
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
                    form=form,
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
