"""Every answer that a test gets is held to the contract: its status, its code, its document, its headers.

Members that the contract does not name are refused here, though not by the contract: additions are compatible for
callers, and must be written down by us.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from chassis import rate_limits
from gateway.pages.contract_file import CONTRACT

Contract = dict[str, Any]
PROBLEM = "application/problem+json"
TOLD_OF = frozenset(
    {
        "accept-encoding",
        "allow",
        "etag",
        "location",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
    }
)
"""Headers that callers act on, and that have to be documented where they are sent."""


@lru_cache(maxsize=1)
def contract() -> Contract:
    """Return the committed contract."""
    found: Contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return found


def check_answer(
    method: str, path: str, status: int, headers: Mapping[str, str], body: bytes
) -> None:
    """Hold an answer to the contract. `path` is without its query; what is no call of the contract is passed over."""
    name = operation_at("GET" if method == "HEAD" else method, path)
    if name is None or method == "HEAD":
        return
    sent = {header.lower(): value for header, value in headers.items()}
    answer = _answer_of(name, str(status))
    assert answer is not None, f"{name[0]} {name[1]} answers {status}, which is not documented"
    documented = {header.lower() for header in answer.get("headers", {})}
    beyond = (sent.keys() & TOLD_OF) - documented
    assert not beyond, f"{name} {status} sends {beyond}, which are not documented"
    _check_bounds(name, sent)
    content = answer.get("content", {})
    if not content:
        assert not body, f"{name} {status} has a body"
        return
    media_type = sent.get("content-type", "").partition(";")[0]
    assert media_type in content, f"{name} {status} is {media_type}, which is not documented"
    if media_type.endswith("json"):
        _validator(*name, str(status), media_type).validate(json.loads(body))


def _check_bounds(name: tuple[str, str], sent: Mapping[str, str]) -> None:
    """Hold what is told of bounds to its form and to the bounds that the call declares."""
    for header in (rate_limits.LIMIT, rate_limits.POLICY):
        told = sent.get(header.lower())
        if told is not None:
            assert re.fullmatch(
                contract()["components"]["headers"][header]["schema"]["pattern"], told
            )
            declared = {one["name"] for one in contract()["paths"][name[1]][name[0]]["x-bounds"]}
            assert set(re.findall(r'"([a-z-]+)"', told)) <= declared, f"{name} tells {told}"


class ConformingClient(FlaskClient):
    """A client of a service's application that holds every answer to the contract."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request; fail where the answer is not as the contract has it."""
        response = super().open(*args, **kwargs)
        request = response.request
        headers = dict(response.headers)
        check_answer(request.method, request.path, response.status_code, headers, response.data)
        return response


def held_to_contract(app: Flask) -> Flask:
    """Have every answer that a test client of an application gets held to the contract."""
    app.test_client_class = ConformingClient
    return app


def operation_at(method: str, path: str) -> tuple[str, str] | None:
    """Return method and path of the operation that answers at an address, or None."""
    for pattern, methods in _patterns():
        if pattern.fullmatch(path):
            found = methods.get(method)
            return None if found is None else (method.lower(), found)
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    ids = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return [
        (
            re.compile(re.sub(r"\\\{[a-z_]+\\\}", ids, re.escape(path))),
            {method.upper(): path for method in methods},
        )
        for path, methods in contract()["paths"].items()
    ]


def _answer_of(name: tuple[str, str], status: str) -> dict[str, Any] | None:
    method, path = name
    answers = contract()["paths"][path][method]["responses"]
    found: dict[str, Any] | None = answers.get(status) or answers["default"]
    if found is not None and "$ref" in found:
        found = contract()["components"]["responses"][found["$ref"].rpartition("/")[2]]
    if status not in answers and int(status) < 400:
        return None
    return found


@lru_cache(maxsize=1000)
def _validator(method: str, path: str, status: str, media_type: str) -> Any:
    answer = _answer_of((method, path), status)
    assert answer is not None
    schema = closed(answer["content"][media_type]["schema"])
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": {"schemas": _closed_components()}}, validate_formats=True
    )


@lru_cache(maxsize=1)
def _closed_components() -> dict[str, Any]:
    return {
        name: schema if name == "Problem" else closed(schema)
        for name, schema in contract()["components"]["schemas"].items()
    }


def closed(schema: Any) -> Any:
    """Return a schema in which no object has members that are not named."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    is_object = isinstance(schema.get("properties"), dict)
    found = {
        # What is wanted besides names some members only, of an object that is closed as a whole.
        name: part if is_object and name in ("anyOf", "oneOf", "not") else closed(part)
        for name, part in schema.items()
    }
    if is_object and "additionalProperties" not in schema:
        found["unevaluatedProperties"] = False
    return found
