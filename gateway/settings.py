"""The gateway's settings, from the environment, checked at start.

CATALOG_URL, ENROLMENT_URL, ACCOUNTS_URL: where the services listen (http, host and port; without ACCOUNTS_URL, where
another issuer stands in its place, none of its calls exists) · TOKEN_ISSUER, TOKEN_AUDIENCE, TOKEN_ALGORITHM, JWKS_URL:
whose tokens are good · REVOCATIONS_URL: where accounts tells which of them were taken back · REQUESTS_IN_FLIGHT,
EXPORTS_IN_FLIGHT: at most so many at once per service · REQUESTS_A_MINUTE_OF_ONE_HOLDER,
REQUESTS_A_MINUTE_OF_ANOTHER: how often one caller may ask · PROXIES_IN_FRONT: how many of our own proxies add to
X-Forwarded-For before us; with 0 nothing is believed · METRICS_BIND: where metrics are served, never on the public
port · LOG_LEVEL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from chassis.settings import LOG_LEVELS, Environment, SettingsError
from chassis.token_algorithms import TokenAlgorithm, token_algorithm


@dataclass(frozen=True)
class Settings:
    """What a process of the gateway was started with. `upstreams` maps a service's name to host and port."""

    upstreams: Mapping[str, tuple[str, int]]
    issuer: str
    audience: str
    algorithm: TokenAlgorithm
    jwks_url: str
    revocations_url: str | None
    requests_in_flight: int
    exports_in_flight: int
    requests_a_minute_of_one_holder: int
    requests_a_minute_of_another: int
    proxies_in_front: int
    metrics_address: tuple[str, int] | None
    log_level: str


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Read the settings. Raises `SettingsError` naming the one that is missing or unusable."""
    environment = Environment(variables)
    upstreams = {
        "catalog": _service(environment, "CATALOG_URL"),
        "enrolment": _service(environment, "ENROLMENT_URL"),
    }
    if environment.optional("ACCOUNTS_URL"):
        upstreams["accounts"] = _service(environment, "ACCOUNTS_URL")
    return Settings(
        upstreams=upstreams,
        issuer=environment.web_address("TOKEN_ISSUER"),
        audience=environment.text("TOKEN_AUDIENCE", "balai"),
        algorithm=token_algorithm(environment),
        jwks_url=environment.text("JWKS_URL"),
        revocations_url=environment.optional("REVOCATIONS_URL"),
        requests_in_flight=environment.whole("REQUESTS_IN_FLIGHT", 64, least=1, most=10_000),
        exports_in_flight=environment.whole("EXPORTS_IN_FLIGHT", 4, least=1, most=1_000),
        requests_a_minute_of_one_holder=environment.whole(
            "REQUESTS_A_MINUTE_OF_ONE_HOLDER", 240, least=1, most=1_000_000
        ),
        requests_a_minute_of_another=environment.whole(
            "REQUESTS_A_MINUTE_OF_ANOTHER", 3_000, least=1, most=1_000_000
        ),
        proxies_in_front=environment.whole("PROXIES_IN_FRONT", 0, least=0, most=5),
        metrics_address=environment.address("METRICS_BIND"),
        log_level=environment.choice("LOG_LEVEL", "INFO", of=LOG_LEVELS),
    )


def _service(environment: Environment, name: str) -> tuple[str, int]:
    """Return host and port of a service's address, which has nothing else in it."""
    text = environment.text(name)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port or 80
    except ValueError:
        host, port = None, 0
    if host is None or text.rstrip("/") not in (f"http://{parts.netloc}",) or "@" in text:
        raise SettingsError(f"{name} must be http://host:port, not {text!r}")
    return host, port
