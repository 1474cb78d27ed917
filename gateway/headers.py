"""Which headers travel: inwards the few that a call can need, outwards all but those of the connection itself.

Who is calling is told to the services by the token and by nothing else, so whatever a client claims about itself in
other headers stays here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_NEEDED = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "Content-Encoding",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Traceparent",
    "Tracestate",
)
_NEEDED_BY_PAGES = (
    "Accept",
    "Accept-Language",
    "Content-Encoding",
    "Content-Type",
    "Cookie",
    "Origin",
    "Sec-Fetch-Site",
    "Traceparent",
    "Tracestate",
)
"""What a browser says by itself; and nothing that calls alone can need, such as a token."""


def _by_key(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pair names with the keys that WSGI has them under."""
    without_prefix = {"Content-Type": "CONTENT_TYPE"}
    return tuple(
        (without_prefix.get(name, f"HTTP_{name.upper().replace('-', '_')}"), name) for name in names
    )


_INWARDS = _by_key(_NEEDED)
_INWARDS_TO_PAGES = _by_key(_NEEDED_BY_PAGES)

_KEPT_BACK = frozenset(
    {
        "connection",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-connection",
        "server",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-request-id",
    }
)
_ORDINARY = frozenset({"keep-alive", "close"})
NOTHING: frozenset[str] = frozenset()


def meant_for_us(connection: str | None) -> frozenset[str]:
    """Return the lower-case names that a Connection header says are not to be passed on (RFC 9110 section 7.6.1)."""
    if connection is None or connection.lower() in _ORDINARY:
        return NOTHING
    return frozenset(name.strip().lower() for name in connection.split(","))


def inward(environ: Mapping[str, Any], *, to_page: bool = False) -> list[tuple[str, str]]:
    """Return the headers of a request that go on to the service."""
    kept_back = meant_for_us(environ.get("HTTP_CONNECTION"))
    wanted = _INWARDS_TO_PAGES if to_page else _INWARDS
    found = [(name, environ[key]) for key, name in wanted if key in environ]
    if not kept_back:
        return found
    return [(name, value) for name, value in found if name.lower() not in kept_back]


def outward(fields: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer that go on to the caller, in their order, repeated ones too."""
    kept = [(name, value) for name, value in fields if name.lower() not in _KEPT_BACK]
    kept_back = NOTHING
    for name, value in fields:
        if name.lower() == "connection":
            kept_back = kept_back | meant_for_us(value)
    if not kept_back:
        return kept
    return [(name, value) for name, value in kept if name.lower() not in kept_back]
