"""One call of one service as an OpenAPI operation."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from chassis.contract import ANYWHERE, refusals_of, summary_of
from chassis.endpoints import Endpoint, KeyUse
from chassis.problems import TooManyRequests
from chassis.rate_limits import HEADERS as RATE_LIMITS
from chassis.request_content import FORM, JSON
from chassis.streamed_bodies import Streamed
from contract import refusals
from contract.schemas import Schemas
from gateway.routes import Route

PUBLIC = "public"
_PARAMETER = re.compile(r"<(?:id|name):([a-z_]+)>")
_TEXTS = {
    "text/csv": "Lines of values, the names in the first line.",
    "application/jsonl": "An item a line, each a JSON object.",
}

Operation = dict[str, Any]


def path_of(endpoint: Endpoint[Any]) -> str:
    """Write a call's path as the gateway's table and OpenAPI have it."""
    return _PARAMETER.sub(r"{\1}", endpoint.rule)


def id_of(method: str, path: str) -> str:
    """Name an operation after its method and the fixed words of its path."""
    words = [word for word in path.removeprefix("/api/v1").split("/") if word and word[0] != "{"]
    by_id = ["by_id"] if path.endswith("}") else []
    plain = [re.sub(r"[^a-z]+", "_", word).strip("_") for word in words]
    return "_".join([method.lower(), *plain, *by_id])


def operation(endpoint: Endpoint[Any], route: Route, schemas: Schemas) -> Operation:
    """Describe a call as it is met at a route of the gateway."""
    summary, description = summary_of(endpoint)
    roles = sorted(endpoint.allow) or [PUBLIC]
    body = _body(endpoint, route, schemas)
    return {
        "operationId": id_of(endpoint.method, route.path),
        "summary": summary,
        **({"description": description} if description else {}),
        "tags": roles,
        "x-roles": roles,
        "security": _security(endpoint),
        "parameters": _parameters(endpoint, schemas),
        **({"requestBody": body} if body else {}),
        "responses": {
            **_telling_bounds(
                endpoint,
                {**_successes(endpoint, schemas), **refusals.responses(refusals_of(endpoint))},
            ),
            "default": refusals.response(ANYWHERE),
        },
        **_rows(endpoint),
        **_bounds(endpoint),
    }


def _security(endpoint: Endpoint[Any]) -> list[dict[str, list[str]]]:
    if endpoint.form:
        return [{"client": []}, {}]
    return [{"token": []}] if endpoint.allow else [{}, {"token": []}]


def _parameters(endpoint: Endpoint[Any], schemas: Schemas) -> list[dict[str, Any]]:
    found = [
        {"$ref": f"#/components/parameters/{name}"} for name in _PARAMETER.findall(endpoint.rule)
    ]
    if endpoint.edits:
        found.append({"$ref": "#/components/parameters/If-Match"})
    if endpoint.key is KeyUse.REQUIRED:
        found.append({"$ref": "#/components/parameters/Idempotency-Key"})
    elif endpoint.key is KeyUse.ACCEPTED:
        found.append({"$ref": "#/components/parameters/Idempotency-Key-optional"})
    return found + schemas.parameters(endpoint.query)


def _body(endpoint: Endpoint[Any], route: Route, schemas: Schemas) -> dict[str, Any] | None:
    if endpoint.streams is not None:
        return _streamed_body(endpoint.streams, route)
    schema = endpoint.form_body or endpoint.body
    if schema is None:
        return None
    return {
        "required": True,
        "description": f"At most {route.largest_body:,} bytes, plain, in UTF-8.",
        "x-largest-body": route.largest_body,
        "content": {FORM if endpoint.form else JSON: {"schema": schemas.reference(schema)}},
    }


def _streamed_body(streams: Streamed, route: Route) -> dict[str, Any]:
    text = {"type": "string", "description": streams.description}
    return {
        "required": True,
        "description": f"At most {route.largest_body:,} bytes, plain, in UTF-8; read as it comes.",
        "x-largest-body": route.largest_body,
        "content": {streams.media_type: {"schema": text}},
    }


def _successes(endpoint: Endpoint[Any], schemas: Schemas) -> dict[str, dict[str, Any]]:
    if endpoint.shows is None:
        raise LookupError(f"{endpoint.name} does not say what it answers")
    shown = schemas.reference(endpoint.shows)
    headers = {
        name: {"$ref": f"#/components/headers/{name}"} for name in (*endpoint.sends, "X-Request-Id")
    }
    content = {
        media_type: {"schema": shown if media_type == JSON else _text(media_type)}
        for media_type in endpoint.media_types
    }
    description = (endpoint.shows.__doc__ or "").strip().partition("\n")[0]
    success = {"description": description, "headers": headers, "content": content}
    statuses = [endpoint.status, *([endpoint.also] if endpoint.also else [])]
    found = {str(status): dict(success) for status in statuses}
    if endpoint.method == "GET" and "ETag" in endpoint.sends:
        found["304"] = {"description": "As it was, by If-None-Match.", "headers": headers}
    return found


_TOO_MANY = str(TooManyRequests.status)


def _telling_bounds(
    endpoint: Endpoint[Any], responses: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the answers of a call; where it is bounded each may tell how the caller stands, else a refusal for it."""
    told = {name: {"$ref": f"#/components/headers/{name}"} for name in RATE_LIMITS}
    for status, one in responses.items():
        if endpoint.bounded or status == _TOO_MANY:
            one["headers"] = {**one["headers"], **told}
    return responses


def _bounds(endpoint: Endpoint[Any]) -> dict[str, list[dict[str, Any]]]:
    roles = {"roles": list(endpoint.bounded_for)} if endpoint.bounded_for else {}
    told = [{**asdict(bound), **roles} for bound in endpoint.bounded]
    return {"x-bounds": told} if told else {}


def _text(media_type: str) -> dict[str, Any]:
    return {"type": "string", "description": _TEXTS[media_type]}


def _rows(endpoint: Endpoint[Any]) -> dict[str, list[str]]:
    codes = sorted(refusal.code for refusal in endpoint.refuses_rows)
    return {"x-row-refusals": codes} if codes else {}
