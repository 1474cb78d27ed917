"""The gateway's process: `gunicorn -c deploy/gunicorn.conf.py 'gateway.app:create_app()'`, under the gevent worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from prometheus_client import start_http_server

from chassis.failures import problem_of
from chassis.http_client import document_at
from chassis.identity import TokenVerifier
from chassis.issuer_keys import PublishedKeys
from chassis.observability import (
    REQUEST_ID_HEADER,
    configure_logging,
    current_request_id,
    logger,
)
from chassis.pages.site import Site
from gateway.bounds import Bounds
from gateway.documents import Failures
from gateway.forwarding import Forwarding, Service
from gateway.pages.pages import every_page
from gateway.probes import Readiness
from gateway.revocations import Revocations
from gateway.routes import ROUTES, Route, answered_by
from gateway.settings import Settings, read_settings
from gateway.targets import Table
from gateway.upstream import Upstream

NAME = "Balai"
"""What readers are told they are looking at."""

SIGN_IN = "/sign-in"
REFERENCE = "/api/v1/docs"

_WHERE_IT_IS_DESCRIBED = (
    f'<{REFERENCE}>; rel="service-doc", </api/v1/openapi.json>; rel="service-desc"'
)
"""For programs (RFC 8631)."""


def create_app(
    variables: Mapping[str, str] | None = None, *, routes: Iterable[Route] = ROUTES
) -> Flask:
    """Join the gateway's parts. Raises `SettingsError` where a setting is missing or unusable."""
    settings = read_settings(os.environ if variables is None else variables)
    configure_logging("gateway", level=settings.log_level)
    keys = PublishedKeys(document_at(settings.jwks_url), algorithm=settings.algorithm)
    upstreams = {name: Upstream(name, address) for name, address in settings.upstreams.items()}
    home = SIGN_IN if "accounts" in upstreams else "/"
    failures = Failures(Site(name=NAME, origin=settings.issuer, home=home))
    app = _own_application(Readiness(keys=keys, upstreams=upstreams), failures)
    app.wsgi_app = Forwarding(  # type: ignore[method-assign]
        app.wsgi_app,
        own_paths=frozenset(rule.rule for rule in app.url_map.iter_rules()),
        table=Table(answered_by(upstreams, routes)),
        services={
            name: Service(
                upstream,
                requests=settings.requests_in_flight,
                exports=settings.exports_in_flight,
            )
            for name, upstream in upstreams.items()
        },
        verifier=TokenVerifier(issuer=settings.issuer, audience=settings.audience, keys=keys),
        revocations=_revocations(settings),
        bounds=Bounds(
            of_holder=settings.requests_a_minute_of_one_holder,
            of_another=settings.requests_a_minute_of_another,
        ),
        proxies_in_front=settings.proxies_in_front,
        failures=failures,
    )
    _serve_metrics(settings)
    return app


def _revocations(settings: Settings) -> Revocations:
    """Follow what the issuer takes back, where it tells."""
    revocations = Revocations()
    if settings.revocations_url is not None:
        revocations.follow(document_at(settings.revocations_url))
    return revocations


def _own_application(readiness: Readiness, failures: Failures) -> Flask:
    """Build what answers for the gateway itself."""
    app = Flask("gateway", static_folder=None)
    app.url_map.merge_slashes = False

    def healthz() -> tuple[dict[str, Any], int]:
        return {"status": "alive"}, 200

    def readyz() -> tuple[dict[str, Any], int]:
        ready, checks = readiness.find()
        return {"ready": ready, "checks": checks}, 200 if ready else 503

    def start() -> ResponseReturnValue:
        """Lead on to the reference: nothing else can be read here yet, and later something else may stand here."""
        led_on = redirect(REFERENCE, 307)
        led_on.headers["Link"] = _WHERE_IT_IS_DESCRIBED
        return led_on

    views: dict[str, Callable[[], ResponseReturnValue]] = {
        "/": start,
        "/healthz": healthz,
        "/readyz": readyz,
    }
    views |= {path: page.answer for path, page in every_page().items()}
    for path, view in views.items():
        app.add_url_rule(
            path,
            endpoint=f"own {path}",
            view_func=view,
            methods=["GET"],
            provide_automatic_options=False,
        )
    app.after_request(_name_request)

    def tell(error: Exception) -> Response:
        told = failures.answer(problem_of(error), current_request_id.get(), request.environ)
        status, headers, body = told
        return Response(body, status=status, headers=headers)

    app.register_error_handler(Exception, tell)
    return app


def _name_request(response: Response) -> Response:
    response.headers[REQUEST_ID_HEADER] = current_request_id.get()
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _serve_metrics(settings: Settings) -> None:
    """Serve metrics on an address of their own; with several processes the first one that comes does."""
    if settings.metrics_address is None:
        return
    host, port = settings.metrics_address
    try:
        start_http_server(port, host)
    except OSError:
        logger().info("metrics-served-elsewhere", address=f"{host}:{port}")
