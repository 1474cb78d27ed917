"""The calls of all services, joined into one OpenAPI document."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chassis.contract import ANYWHERE, refusals_of
from chassis.endpoints import Endpoint
from chassis.problems import MEDIA_TYPE
from chassis.rate_limits import LIMIT
from chassis.request_content import JSON
from contract import refusals
from contract.components import HEADERS, PARAMETERS, SECURITY_SCHEMES, TAGS, path_parameter
from contract.example_notes import example_notes
from contract.links import add_links
from contract.operations import Operation, id_of, operation, path_of
from contract.schemas import OPENAPI, Schemas
from contract.walkthroughs import walkthroughs
from gateway.routes import ROUTES, Access, Route
from services.accounts import app as accounts
from services.catalog import app as catalog
from services.enrolment import app as enrolment

ROOT = Path(__file__).parent.parent
DESCRIPTION = (
    "One origin for everything: the gateway. Instants are RFC 3339 in UTC, money is whole rupiah, regions are"
    " Kemendagri codes with their dot, ids are lower-case UUIDs. Additions are compatible within v1: pass over members"
    " you do not know. Unknown members of what you send are refused by name. Every refusal is an RFC 9457 problem"
    " document with a stable `code`, explained at /problems/<code>. HEAD is answered wherever GET is."
)


def endpoints_by_service() -> dict[str, list[Endpoint[Any]]]:
    """Return every call that is routed to the outside, service by service."""
    every: dict[str, list[Endpoint[Any]]] = {
        "accounts": [*accounts.every_call()],
        "catalog": [*catalog.every_call()],
        "enrolment": [*enrolment.every_call()],
    }
    return {
        service: [one for one in calls if not one.rule.startswith("/internal/")]
        for service, calls in every.items()
    }


def routed() -> Iterator[tuple[Route, list[Endpoint[Any]]]]:
    """Yield each route of the gateway with the calls behind it, in the order of the route's services.

    Pages are no calls: people visit them, and what their forms take is nobody's to build on.
    """
    calls = {
        (service, endpoint.method, path_of(endpoint)): endpoint
        for service, endpoints in endpoints_by_service().items()
        for endpoint in endpoints
    }
    for route in ROUTES:
        if route.access is Access.PAGE:
            continue
        yield route, [calls[service, route.method, route.path] for service in route.upstreams]


def document(examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole contract. `examples` are recorded exchanges by operation id."""
    schemas = Schemas()
    paths: dict[str, dict[str, Operation]] = {}
    calls: dict[str, set[str]] = {}
    for route, endpoints in routed():
        made = _joined([operation(endpoint, route, schemas) for endpoint in endpoints])
        name = made["operationId"]
        made["x-services"] = list(route.upstreams)
        if name in examples:
            _show(made, examples[name])
        paths.setdefault(route.path, {})[route.method.lower()] = made
        for endpoint in endpoints:
            for refusal in (*refusals_of(endpoint), *endpoint.refuses_rows):
                calls.setdefault(refusal.code, set()).add(name)
    add_links(paths, schemas.components())
    shared = _share_responses(paths)
    return {
        "openapi": OPENAPI,
        "info": {"title": "Balai", "version": _version(), "description": DESCRIPTION},
        "servers": [{"url": "/", "description": "The gateway."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {path: paths[path] for path in sorted(paths)},
        "components": {
            "headers": HEADERS,
            "parameters": {**PARAMETERS, **_ids(paths)},
            "responses": shared,
            "schemas": {
                **schemas.components(),
                "Problem": refusals.PROBLEM,
                "FieldError": refusals.FIELD_ERROR,
            },
            "securitySchemes": SECURITY_SCHEMES,
        },
        "x-anywhere": sorted(refusal.code for refusal in ANYWHERE),
        "x-problems": {
            refusal.code: refusals.described(refusal, calls=calls.get(refusal.code, ()))
            for refusal in refusals.every_refusal()
        },
        "x-walkthroughs": walkthroughs(),
    }


def _show(made: Operation, exchange: Mapping[str, Any]) -> None:
    """Put a recorded exchange where OpenAPI has examples, and beside it what a call takes besides a body."""
    answer = exchange["answer"]
    media_type = MEDIA_TYPE if answer["status"] >= HTTPStatus.BAD_REQUEST else JSON
    shown = made["responses"][str(answer["status"])]["content"][media_type]
    shown["example"] = answer["body"]
    for lines, text in exchange.get("lines", {}).items():
        made["responses"][str(answer["status"])]["content"][lines]["example"] = text
    if "body" in exchange:
        (content,) = made["requestBody"]["content"].values()
        content["example"] = exchange["body"]
    noted = example_notes().get(made["operationId"], {})
    made["x-call"] = {
        **{name: exchange[name] for name in ("address", "headers", "has_token")},
        **({"role": exchange["role"]} if "role" in exchange else {}),
        **({"shortened": answer["shortened"]} if "shortened" in answer else {}),
        **noted,
    }


def written(contract: Mapping[str, Any]) -> str:
    """Write the contract so that a change of it reads well in a review."""
    return json.dumps(contract, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _version() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _joined(operations: list[Operation]) -> Operation:
    """Join what several services answer at one address: each parameter once, and any of the documents."""
    first, *others = operations
    for other in others:
        known = {parameter["name"]: parameter for parameter in first["parameters"]}
        for parameter in other["parameters"]:
            if parameter["name"] not in known:
                first["parameters"].append(parameter)
            elif "enum" in parameter["schema"]:
                words = known[parameter["name"]]["schema"]["enum"]
                words += [word for word in parameter["schema"]["enum"] if word not in words]
    if others:
        _answer_any(operations)
    return first


def _answer_any(operations: list[Operation]) -> None:
    content = operations[0]["responses"]["200"]["content"]["application/json"]
    content["schema"] = {
        "anyOf": [
            one["responses"]["200"]["content"]["application/json"]["schema"] for one in operations
        ]
    }


def _ids(paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    names = {word[1:-1] for path in paths for word in path.split("/") if word.startswith("{")}
    return {name: path_parameter(name) for name in sorted(names)}


def _share_responses(paths: Mapping[str, Mapping[str, Operation]]) -> dict[str, Any]:
    """Write each refusal that several calls answer alike once, under the names of its codes."""
    every = [one for methods in paths.values() for one in methods.values()]
    used = Counter(json.dumps(answer) for one in every for answer in one["responses"].values())
    shared = {}
    for one in every:
        for status, answer in one["responses"].items():
            if (
                "application/problem+json" in answer.get("content", {})
                and used[json.dumps(answer)] > 1
            ):
                name = _name_of(answer)
                shared[name] = answer
                one["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return shared


def _name_of(answer: Mapping[str, Any]) -> str:
    schema = answer["content"]["application/problem+json"]["schema"]
    codes: list[str] = schema["properties"]["code"]["enum"]
    return ".".join([*codes, *(["bounded"] if LIMIT in answer["headers"] else [])])


__all__ = ["document", "endpoints_by_service", "id_of", "routed", "written"]
