"""From the address as it was sent to a route of the table; nothing is decoded on the way.

An address matches as it stands, byte by byte, with a canonical UUID where the route has an id and a short name where
it has one. So there is no second spelling of an address, and nothing that a service could read differently: what goes
on is built from the route.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

from chassis.problems import (
    FieldError,
    MalformedRequest,
    MethodNotAllowed,
    ValidationFailed,
)
from gateway.routes import SHORT_NAMES, Route

_GIVEN = re.compile(
    r"(?<=/)(?:(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|[0-9][0-9a-z-]{0,31})(?=/|\Z)"
)
"""What stands in the place of a placeholder: an id, or a short name, which no fixed part of a route looks like."""
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PLAIN_PATH = re.compile(r"\A(?:/(?!\.{0,2}(?:/|\Z))[A-Za-z0-9._~-]+)+\Z|\A/\Z")
_PLAIN_QUERY = re.compile(r"\A[!$&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]|%]*\Z")
_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
MOST_QUERY_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Match:
    """A request's place in the table: the route, the path to ask its service for, and the query as it came."""

    route: Route
    path: str
    query: str

    @property
    def upstream(self) -> str:
        """Return the name of the service that answers.

        Raises `ValidationFailed` where the query's `journal` names none of those the route has.
        """
        if len(self.route.upstreams) == 1:
            return self.route.upstreams[0]
        chosen = _values(self.query, "journal") or [self.route.upstreams[0]]
        if len(chosen) > 1 or chosen[0] not in self.route.upstreams:
            known = ", ".join(self.route.upstreams)
            raise ValidationFailed(errors=[FieldError("/journal", f"Give one of: {known}.")])
        return chosen[0]


class Table:
    """The routes, found by the address as it was sent."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[str, dict[str, Route]] = {}
        for route in routes:
            methods = self._routes.setdefault(_PLACEHOLDER.sub(_kind_of_place, route.path), {})
            methods[route.method] = route

    def match(self, method: str, target: str) -> Match | None:
        """Find the route of a request target (RFC 9112 section 3.2), or None where no route has its path.

        Raises `MalformedRequest` for an address that nobody here spells that way, `MethodNotAllowed` where
        the path takes other methods.
        """
        path, mark, query = target.partition("?")
        _check(path, query)
        methods = self._routes.get(_GIVEN.sub(_kind_given, path))
        if methods is None:
            return None
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            raise MethodNotAllowed(headers={"Allow": ", ".join(_allowed(methods))})
        return Match(route, _rebuilt(route, path), mark + query)


def _kind_of_place(placeholder: re.Match[str]) -> str:
    return "{name}" if placeholder[1] in SHORT_NAMES else "{id}"


def _kind_given(given: re.Match[str]) -> str:
    return "{id}" if given["id"] else "{name}"


def _check(path: str, query: str) -> None:
    if path.endswith("/") and _PLAIN_PATH.match(path[:-1]):
        raise MalformedRequest("No address here ends with a slash. Leave it out.")
    if not _PLAIN_PATH.match(path):
        raise MalformedRequest(
            "No address here has percent-encoding, dot segments, empty segments or other special characters"
            " in its path. Spell it as the documentation does."
        )
    if not _PLAIN_QUERY.match(query) or ("%" in query and _CONTROL.search(query)):
        raise MalformedRequest("The query holds a control character or one that must be encoded.")


def _rebuilt(route: Route, path: str) -> str:
    """Build the path to ask for from the route, and the ids and names alone."""
    given: Iterator[str] = (found[0] for found in _GIVEN.finditer(path))
    return _PLACEHOLDER.sub(lambda _: next(given), route.path)


def _allowed(methods: Iterable[str]) -> list[str]:
    return sorted({*methods, "HEAD"} if "GET" in methods else methods)


def _values(query: str, name: str) -> list[str]:
    try:
        fields = parse_qs(
            query.removeprefix("?"), keep_blank_values=True, max_num_fields=MOST_QUERY_FIELDS
        )
    except ValueError:
        raise MalformedRequest(f"The query has more than {MOST_QUERY_FIELDS} fields.") from None
    return fields.get(name, [])
