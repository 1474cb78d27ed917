"""Which service a request travels on to, and what it is answered.

This is WSGI middleware in front of the Flask application, because a request that is only passed on needs nothing of
what Flask prepares for a view, and preparing it costs about as much as serving the connection.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chassis.failures import problem_of
from chassis.identity import TokenVerifier
from chassis.observability import current_request_id, request_id_from
from chassis.problems import (
    BadGateway,
    GatewayTimedOut,
    InternalError,
    MalformedRequest,
    NotFound,
    Problem,
)
from gateway.answer import Answer
from gateway.authentication import admit
from gateway.bounds import Bounds
from gateway.callers import client_address, has_left
from gateway.documents import Failures
from gateway.gate import Gate
from gateway.headers import inward
from gateway.limits import gather
from gateway.measures import Record
from gateway.passing import pass_on, pass_on_shared
from gateway.questions import written_question
from gateway.revocations import Revocations
from gateway.routes import Access, Route
from gateway.sharing import SharedAnswer, SharedAnswers, sharing_key
from gateway.targets import Match, Table
from gateway.upstream import ClientLeft, Question, Upstream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CLIENT_LEFT = 499
"""The status in counts and log of a request whose caller did not wait; nobody is ever answered with it."""

_CONDITIONS = frozenset({"If-None-Match", "If-Modified-Since"})


class Service:
    """One service behind the gateway, with its places for requests and, apart from them, for long answers.

    Long answers that anybody may ask for have half as many places, of their own: who reads a published list as slowly
    as can be takes none from officers, operators and auditors.
    """

    def __init__(self, upstream: Upstream, *, requests: int, exports: int) -> None:
        self.upstream = upstream
        self._requests = Gate(requests)
        self._exports = Gate(exports)
        self._public_exports = Gate(max(1, exports // 2))

    def gate(self, route: Route) -> Gate:
        """Return the gate that a route's requests go through."""
        if not route.bulk:
            return self._requests
        return self._public_exports if route.access is Access.PUBLIC else self._exports


class Forwarding:
    """Answers what is in the table from the services behind it; `own_paths` are left to the application."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        own_paths: frozenset[str],
        table: Table,
        services: Mapping[str, Service],
        verifier: TokenVerifier,
        revocations: Revocations,
        bounds: Bounds,
        proxies_in_front: int,
        failures: Failures,
    ) -> None:
        self._application = application
        self._own_paths = own_paths
        self._table = table
        self._services = services
        self._verifier = verifier
        self._revocations = revocations
        self._bounds = bounds
        self._proxies_in_front = proxies_in_front
        self._failures = failures
        self._shared_answers = SharedAnswers()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        record = Record(time.perf_counter())
        current_request_id.set(request_id_from(environ.get("HTTP_X_REQUEST_ID")))
        try:
            if "HTTP_HOST" not in environ and environ["SERVER_PROTOCOL"] == "HTTP/1.1":
                raise MalformedRequest("HTTP/1.1 wants a Host header (RFC 9112 section 3.2).")
            match = self._table.match(environ["REQUEST_METHOD"], environ["RAW_URI"])
            if match is None:
                if environ["RAW_URI"].partition("?")[0] not in self._own_paths:
                    raise NotFound
                return self._application(environ, start_response)
            record.route = match.route.name
            return self._forward(match, environ, start_response, record)
        except ClientLeft:
            record.status = CLIENT_LEFT
            record.write()
            return self._tell(InternalError(), environ, start_response)
        except Exception as error:  # noqa: BLE001 - the caller is told nothing but the request id
            problem = problem_of(error)
            record.status, record.refusal = problem.status, problem.code
            record.write()
            return self._tell(problem, environ, start_response)

    def _forward(
        self,
        match: Match,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        record: Record,
    ) -> Iterable[bytes]:
        route = match.route
        if not route.shared:
            # Who cannot be served is told so before a signature is verified, which takes longer than that.
            self._services[match.upstream].gate(route).check()
        headers = inward(environ, to_page=route.access is Access.PAGE)
        sent = dict(headers)
        caller = admit(route, sent.get("Authorization"), self._verifier, self._revocations)
        if caller is not None:
            self._bounds.count(caller)
        record.upstream = match.upstream
        key = sharing_key(match.path + match.query, sent) if route.shared else None
        if key is not None and environ["REQUEST_METHOD"] == "GET":
            return self._share(key, match, environ, headers, start_response, record)
        answer, gate = self._answer(match, environ, headers)
        return pass_on(answer, gate, environ, start_response, record)

    def _share(
        self,
        key: object,
        match: Match,
        environ: WSGIEnvironment,
        headers: list[tuple[str, str]],
        start_response: StartResponse,
        record: Record,
    ) -> Iterable[bytes]:
        """Answer with what somebody else was just answered, or ask for everybody who comes meanwhile."""
        with self._shared_answers.turn(key) as turn:
            if turn.shared is None:
                plain = [(name, value) for name, value in headers if name not in _CONDITIONS]
                answer, gate = self._answer(match, environ, plain)
                turn.shared = SharedAnswer.of(answer, asked_at=turn.began)
                if turn.shared is None:
                    return pass_on(answer, gate, environ, start_response, record)
                gate.leave()
        return pass_on_shared(turn.shared, environ, start_response, record)

    def _answer(
        self, match: Match, environ: WSGIEnvironment, headers: list[tuple[str, str]]
    ) -> tuple[Answer, Gate]:
        """Ask the service; whoever gets its answer gives the place behind the gate back."""
        route = match.route
        service = self._services[match.upstream]
        body = gather(environ, largest=route.largest_body)
        gate = service.gate(route)
        waited = gate.enter()
        try:
            if waited and has_left(environ):
                raise ClientLeft
            question = written_question(
                match,
                environ,
                headers,
                body,
                seconds=route.seconds - waited,
                address=client_address(environ, proxies_in_front=self._proxies_in_front),
            )
            return _asked(service.upstream, question, _advice(route, dict(headers))), gate
        except BaseException:
            gate.leave()
            raise

    def _tell(
        self, problem: Problem, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        status, headers, body = self._failures.answer(problem, current_request_id.get(), environ)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _asked(upstream: Upstream, question: Question, advice: str) -> Answer:
    """Ask a service; whoever gets no answer is told what to do about it."""
    try:
        return upstream.ask(question)
    except (BadGateway, GatewayTimedOut) as problem:
        raise type(problem)(advice) from None


def _advice(route: Route, sent: Mapping[str, str]) -> str:
    if route.repeatable:
        return "Try again."
    if "Idempotency-Key" in sent:
        return "Try again with the same Idempotency-Key: nothing happens twice."
    return "It is not known whether this took effect. See what came of it before you send it again."
