"""What an answer tells that another call asks for, as OpenAPI links: an id, a version, a number or code of something.

All of it is derived. A thing is what stands below a list: `/classes/{class_id}` below `/classes`. What names it is its
`id` where a call answers that thing, the first one's where a call lists them, and `class_id` wherever an answer has it
(which outweighs `id`: of a wave's quotas, `id` is that of a quota); what has no id has a name of its own, as rules have
their `version`.
Bodies ask by the same names, and by those of a number or a code (`card_number`, `redeem_code`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
OTHER_NAMES = {"expected_price": "price"}
"""What a body asks for under another name than an answer tells it."""

_NAMES = re.compile(r"[a-z_]+_(?:id|number|code)|" + "|".join(OTHER_NAMES))
_THING = re.compile(r"/([a-z-]+)/\{([a-z_]+)\}")
_LISTS = ("items", "admitted")

Operation = dict[str, Any]
Told = dict[str, str]
"""Where an answer tells something, as a runtime expression, by the name under which others ask for it."""


@dataclass(frozen=True)
class Asked:
    """What a call asks for that an earlier answer may tell."""

    operation_id: str
    path: tuple[str, ...]
    body: tuple[str, ...]
    version: bool


def add_links(paths: Mapping[str, Mapping[str, Operation]], schemas: Mapping[str, Any]) -> None:
    """Add to each success of each call the links to those calls that can be made with what it tells."""
    things = dict(_THING.findall(" ".join(paths)))
    every = [(path, one) for path, methods in paths.items() for one in methods.values()]
    asked = [_asked(path, one, schemas) for path, one in every]
    for path, operation in every:
        for status, answer in operation["responses"].items():
            if status in ("200", "201", "202"):
                told = _told(path, answer, things, schemas)
                if links := dict(_links(operation["operationId"], told, asked)):
                    answer["links"] = links


def _asked(path: str, operation: Operation, schemas: Mapping[str, Any]) -> Asked:
    (content,) = operation.get("requestBody", {"content": {JSON: {}}})["content"].values()
    members = _members(content.get("schema", {}), schemas)
    refs = [one.get("$ref", "") for one in operation["parameters"]]
    return Asked(
        operation["operationId"],
        path=tuple(word[1:-1] for word in path.split("/") if word.startswith("{")),
        body=tuple(name for name in members if _NAMES.fullmatch(name)),
        version=any(ref.endswith("/If-Match") for ref in refs),
    )


def _told(
    path: str,
    answer: Mapping[str, Any],
    things: Mapping[str, str],
    schemas: Mapping[str, Any],
) -> Told:
    """Return what an answer tells: of the thing itself, or of the first in a list."""
    members = _members(answer["content"].get(JSON, {}).get("schema", {}), schemas)
    at = {name: f"$response.body#/{name}" for name in members}
    for one in _LISTS:
        if one in members:
            of_list = _members(members[one].get("items", {}), schemas)
            at = {**{name: f"$response.body#/{one}/0/{name}" for name in of_list}, **at}
    told = {name: where for name, where in at.items() if _NAMES.fullmatch(name)}
    told |= {name: at[other] for name, other in OTHER_NAMES.items() if other in at}
    thing = _thing_of(path, things)
    if thing and thing in at:
        told[thing] = at[thing]
    elif thing and "id" in at:
        told[thing] = at["id"]
        if "ETag" in answer["headers"] and "id" in members:  # else it is that of the list
            told[_version_of(thing)] = "$response.header.ETag"
    return told


def _thing_of(path: str, things: Mapping[str, str]) -> str | None:
    """Return the parameter that names what a path is about: what is listed or made there, else what stands in it."""
    last = path.rpartition("/")[2]
    named: list[str] = [parameter for _, parameter in _THING.findall(path)]
    return things.get(last) or (named[-1] if named else None)


def _version_of(thing: str) -> str:
    return f"version of {thing}"


def _links(source: str, told: Told, asked: list[Asked]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in asked:
        of_body = {name: told[name] for name in one.body if name in told}
        if not set(one.path) <= told.keys() or not (one.path or set(of_body) - OTHER_NAMES.keys()):
            continue
        if one.operation_id == source:
            continue
        parameters = {name: told[name] for name in one.path}
        if one.version and (version := told.get(_version_of(one.path[-1]))):
            parameters["If-Match"] = version
        yield (
            one.operation_id,
            {
                "operationId": one.operation_id,
                **({"parameters": parameters} if parameters else {}),
                **({"requestBody": of_body} if of_body else {}),
            },
        )


def _members(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the members of what a schema describes, by name."""
    if "$ref" in schema:
        return _members(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    found: Mapping[str, Any] = schema.get("properties", {})
    return found
