"""Declaring the calls a service takes: who may call, what goes in, and the function that answers.

A handler gets the parsed `Call` and the service's own parts; it returns an `Answer`, or a Flask response
where it streams. Everything that can be refused without knowing the service's data, `request_gate` refuses before it
runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypedDict, TypeVar, Unpack

import marshmallow as ma
from flask import Response

from chassis.calls import Call
from chassis.idempotency import Answer
from chassis.problems import Problem
from chassis.rate_limits import Bound
from chassis.request_content import JSON
from chassis.streamed_bodies import Streamed

House = TypeVar("House")


class KeyUse(Enum):
    """Whether a call takes an Idempotency-Key."""

    NONE = "none"
    ACCEPTED = "accepted"
    REQUIRED = "required"


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
    429. `bounded_for` names the roles that are counted where others are not. Everything that follows from the
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
    bounded_for: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"


class Said(TypedDict, total=False):
    """What the contract says of a call beyond what its declaration says by itself; see `Endpoint`."""

    status: int
    also: int
    shows: type[ma.Schema]
    sends: tuple[str, ...]
    refuses: tuple[type[Problem], ...]
    refuses_rows: tuple[type[Problem], ...]
    bounded: tuple[Bound, ...]
    bounded_for: tuple[str, ...]


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
                    bounded_for=said.get("bounded_for", ()),
                )
            )
            return handler

        return declare
