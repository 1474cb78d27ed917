"""A service as a Flask application: its endpoints, its problem documents, its health and metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from chassis import problems, rate_limits
from chassis.endpoints import Endpoint
from chassis.failures import problem_of
from chassis.faults import Fault, fault_of
from chassis.idempotency import Answer, IdempotencyKeys, json_answer
from chassis.identity import TokenVerifier
from chassis.observability import (
    REQUEST_ID_HEADER,
    REQUEST_SECONDS,
    REQUESTS,
    current_request_id,
    logger,
    request_id_from,
)
from chassis.pages.serving import ServedPages
from chassis.problems import Problem
from chassis.request_content import JSON
from chassis.request_gate import RequestGate
from chassis.validators import spare_what_is_known

LARGEST_BODY = 1_048_576
House = TypeVar("House")
Check = Callable[[], bool]


class IdConverter(BaseConverter):
    """A UUID in its canonical form; any other text matches no route."""

    regex = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class NameConverter(BaseConverter):
    """A short name of digits, small letters and hyphens that begins with a digit; any other text matches no route."""

    regex = "[0-9][0-9a-z-]{0,31}"


def build_app(
    name: str,
    *,
    endpoints: Iterable[Endpoint[House]],
    house: House,
    verifier: TokenVerifier,
    checks: Mapping[str, Check],
    idempotency_keys: IdempotencyKeys | None = None,
    largest_body: int = LARGEST_BODY,
    counts_addresses: bool = False,
    pages: ServedPages[House] | None = None,
) -> Flask:
    """Join endpoints and the service's parts into an application.

    `house` is handed to every handler. `checks` are what `/readyz` asks; each returns whether that part is ready.
    `idempotency_keys` are for services with calls that take an Idempotency-Key, `counts_addresses` for those with calls
    that are bounded by the caller's network address, `pages` for those that people visit.
    """
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = largest_body
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["name"] = NameConverter
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.before_request(_begin)
    app.after_request(_finish)
    gate = RequestGate(verifier, idempotency_keys)
    for endpoint in endpoints:
        app.add_url_rule(
            endpoint.rule,
            endpoint=endpoint.name,
            view_func=_view(endpoint, house, gate),
            methods=[endpoint.method],
            provide_automatic_options=False,
        )
    if pages is not None:
        _add_pages(app, pages, house)
    _add_probes(app, checks)
    app.register_error_handler(Exception, lambda error: _answer_failure(error, pages))
    if counts_addresses:
        # The gateway replaces X-Forwarded-For by the one address it takes for the caller's.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0, x_host=0)  # type: ignore[method-assign]
    return app


def _view(endpoint: Endpoint[House], house: House, gate: RequestGate) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        call = gate.admit(endpoint, request, path, current_request_id.get())
        answer = endpoint.handler(call, house)
        return answer if isinstance(answer, Response) else _response(answer)

    return view


def _add_pages(app: Flask, pages: ServedPages[House], house: House) -> None:
    for page in pages.pages:
        app.add_url_rule(
            page.rule,
            endpoint=page.name,
            view_func=pages.view(page, house),
            methods=[page.method],
            provide_automatic_options=False,
        )


def _response(answer: Answer) -> Response:
    response = Response(answer.body, status=answer.status, content_type=JSON)
    for header, value in answer.headers:
        response.headers[header] = value
    if request.method in ("GET", "HEAD") and "ETag" in response.headers:
        spare_what_is_known(response, request)
    return response


def _begin() -> None:
    current_request_id.set(request_id_from(request.headers.get(REQUEST_ID_HEADER)))
    g.began = time.perf_counter()
    rate_limits.begin()


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.began
    route = request.endpoint or "none"
    response.headers[REQUEST_ID_HEADER] = current_request_id.get()
    response.headers.update(rate_limits.headers())
    if "Authorization" in request.headers:
        response.headers.setdefault("Cache-Control", "no-store")
    if route.startswith("probe "):
        return response
    REQUESTS.labels(route, response.status_code).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    logger().info("request", route=route, status=response.status_code, ms=round(seconds * 1000, 1))
    return response


def _answer_failure(error: Exception, pages: ServedPages[House] | None) -> Response:
    problem = _problem_of(error)
    page = pages.failure(problem) if pages is not None else None
    return page or problem_response(problem)


def _problem_of(error: Exception) -> Problem:
    """Return the problem that an exception stands for; a fault of the database that will pass is one of its own."""
    met = error.__cause__ if isinstance(error, Problem) else error
    if isinstance(met, sa.exc.SQLAlchemyError) and fault_of(met) is not Fault.PERMANENT:
        logger().warning("database-unavailable", exc_info=met)
        return error if isinstance(error, Problem) else problems.Unavailable()
    return problem_of(error)


def problem_response(problem: Problem) -> Response:
    """Write a problem document as the answer of the present request."""
    answer = json_answer(
        problem.status, problem.document(current_request_id.get()), problem.headers
    )
    response = Response(answer.body, status=answer.status, content_type=problems.MEDIA_TYPE)
    response.headers.extend(answer.headers)
    return response


def _add_probes(app: Flask, checks: Mapping[str, Check]) -> None:
    def healthz() -> Response:
        return Response(b'{"status":"alive"}', content_type=JSON)

    def readyz() -> Response:
        results = {name: _passes(check) for name, check in checks.items()}
        answer = json_answer(
            200 if all(results.values()) else 503,
            {"ready": all(results.values()), "checks": results},
        )
        return Response(answer.body, status=answer.status, content_type=JSON)

    for path, view in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_url_rule(
            path,
            endpoint=f"probe {path}",
            view_func=view,
            methods=["GET"],
            provide_automatic_options=False,
        )


def _passes(check: Check) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a part that raises is not ready
        logger().warning("not-ready", exc_info=error)
        return False


def metrics() -> Response:
    """Answer with this service's metrics, of all its web processes where they share a folder for them."""
    try:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        body = generate_latest(registry)
    except ValueError:  # PROMETHEUS_MULTIPROC_DIR is not set: one process, its own metrics
        body = generate_latest()
    return Response(body, content_type=CONTENT_TYPE_LATEST)
