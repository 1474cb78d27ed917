"""The contract as its reference page shows it: calls by who makes them, their fields in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from gateway.pages.curl import curl_of

Contract = Mapping[str, Any]
JsonSchema = Mapping[str, Any]

WORDS = {"uuid": "id", "date-time": "instant", "date": "date"}
"""What texts of a known format are called."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member: what it is called, what it holds, and what it is made of."""

    name: str
    kind: str
    required: bool
    description: str
    members: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A code that a call may answer."""

    code: str
    status: int
    title: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Example:
    """A command, and what it is answered."""

    command: str
    answer: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the page describes it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    roles: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_note: str
    status: str
    answer: tuple[Field, ...]
    answer_note: str
    headers: tuple[str, ...]
    media_types: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    row_refusals: tuple[Refusal, ...]
    example: Example | None


@dataclass(frozen=True, slots=True)
class Group:
    """Who calls, and what they call; each call is described in the first group that has it."""

    role: str
    description: str
    calls: tuple[Call, ...]
    described: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything on the page. `common` are the refusals that every call may answer."""

    groups: tuple[Group, ...]
    common: tuple[Refusal, ...]
    anywhere: tuple[Refusal, ...]


def reference_of(contract: Contract) -> Reference:
    """Return what the page shows of a contract."""
    reader = _Reader(contract)
    calls = tuple(reader.calls())
    common = reduce(frozenset.__and__, (reader.codes(*one) for one in reader.operations()))
    groups, described = [], set[str]()
    for tag in contract["tags"]:
        own = tuple(call for call in calls if tag["name"] in call.roles)
        new = tuple(call for call in own if call.name not in described)
        described |= {call.name for call in new}
        groups.append(Group(tag["name"], tag["description"], own, new))
    return Reference(
        tuple(groups),
        tuple(reader.refusal(code) for code in sorted(common)),
        tuple(reader.refusal(code) for code in contract["x-anywhere"]),
    )


class _Reader:
    """Reads calls out of a contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas: Mapping[str, JsonSchema] = contract["components"]["schemas"]
        self._common = reduce(frozenset.__and__, (self.codes(*one) for one in self.operations()))

    def operations(self) -> Iterator[tuple[str, str]]:
        for path, methods in self._contract["paths"].items():
            for method in methods:
                yield path, method

    def codes(self, path: str, method: str) -> frozenset[str]:
        """Return every code that stands at an operation, but those of any address."""
        return frozenset(
            code
            for status, answer in self._contract["paths"][path][method]["responses"].items()
            if status != "default"
            for code in self._codes_in(answer)
        )

    def refusal(self, code: str) -> Refusal:
        told = self._contract["x-problems"][code]
        return Refusal(code, told["status"], told["title"], told["remedy"])

    def calls(self) -> Iterator[Call]:
        for path, method in self.operations():
            yield self._call(path, method)

    def _call(self, path: str, method: str) -> Call:
        made = self._contract["paths"][path][method]
        status, answer = next(one for one in made["responses"].items() if one[0] in ("200", "201"))
        shown = answer["content"]["application/json"]
        body = made.get("requestBody", {})
        sent: tuple[str, Mapping[str, Any]] = next(
            iter(body.get("content", {}).items()), ("", {"schema": {}})
        )
        beyond = self.codes(path, method) - self._common
        return Call(
            name=made["operationId"],
            method=method.upper(),
            path=path,
            summary=made["summary"],
            description=made.get("description", ""),
            roles=tuple(made["x-roles"]),
            parameters=tuple(self._parameter(one) for one in made["parameters"]),
            body=self._members(sent[1]["schema"]),
            body_note=f"{sent[0]}. {body['description']}" if body else "",
            status=status,
            answer=self._members(shown["schema"]),
            answer_note=answer["description"],
            headers=tuple(name for name in answer["headers"] if name != "X-Request-Id"),
            media_types=tuple(answer["content"]),
            refusals=tuple(
                sorted(
                    (self.refusal(code) for code in beyond), key=lambda one: (one.status, one.code)
                )
            ),
            row_refusals=tuple(map(self.refusal, made.get("x-row-refusals", ()))),
            example=self._example(method, made, shown, sent),
        )

    def _example(
        self,
        method: str,
        made: Mapping[str, Any],
        shown: Mapping[str, Any],
        sent: tuple[str, Mapping[str, Any]],
    ) -> Example | None:
        if "x-call" not in made:
            return None
        return Example(
            curl_of(method, made["x-call"], sent[1].get("example"), media_type=sent[0]),
            json.dumps(shown["example"], indent=2, ensure_ascii=False),
        )

    def _codes_in(self, answer: Mapping[str, Any]) -> list[str]:
        if "$ref" in answer:
            answer = self._contract["components"]["responses"][_last(answer["$ref"])]
        content = answer.get("content", {}).get("application/problem+json")
        codes: list[str] = content["schema"]["properties"]["code"]["enum"] if content else []
        return codes

    def _parameter(self, parameter: Mapping[str, Any]) -> Field:
        if "$ref" in parameter:
            parameter = self._contract["components"]["parameters"][_last(parameter["$ref"])]
        schema = parameter["schema"]
        where = "" if parameter["in"] == "query" else f"{parameter['in']}: "
        return Field(
            name=parameter["name"],
            kind=where + self._kind(schema),
            required=parameter["required"],
            description=parameter.get("description") or schema.get("description", ""),
        )

    def _members(self, schema: JsonSchema) -> tuple[Field, ...]:
        schema = self._found(schema)
        required = schema.get("required", ())
        return tuple(
            Field(
                name=name,
                kind=self._kind(member),
                required=name in required,
                description=member.get("description", ""),
                members=self._members(self._inner(member)),
            )
            for name, member in schema.get("properties", {}).items()
        )

    def _found(self, schema: JsonSchema) -> JsonSchema:
        """Follow a reference, and of several possible documents the first."""
        if "$ref" in schema:
            return self._schemas[_last(schema["$ref"])]
        choices = schema.get("anyOf") or schema.get("allOf")
        return self._found(choices[0]) if choices else schema

    def _inner(self, schema: JsonSchema) -> JsonSchema:
        """Return what a list holds, or what stands under each name of an object without fixed names."""
        schema = self._found(schema)
        inner = schema.get("items") or schema.get("additionalProperties")
        return self._found(inner) if isinstance(inner, dict) else schema

    def _kind(self, schema: JsonSchema) -> str:
        if "anyOf" in schema:
            return " or ".join(self._kind(one) for one in schema["anyOf"])
        if "oneOf" in schema:
            return " or ".join(self._kind(one) for one in schema["oneOf"])
        schema = self._found(schema)
        kinds = schema.get("type", "")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        plain = [kind for kind in kinds if kind != "null"]
        words = self._words(schema, plain[0] if plain else "")
        return f"{words} or null" if "null" in kinds and words != "null" else words

    def _words(self, schema: JsonSchema, kind: str) -> str:
        if "enum" in schema:
            return "one of " + ", ".join(str(word) for word in schema["enum"] if word is not None)
        if kind == "array":
            return f"list of {self._kind(schema['items'])}"
        if kind == "integer":
            return _bounded("whole number", schema.get("minimum"), schema.get("maximum"))
        if kind == "string":
            name = WORDS.get(schema.get("format", ""), "text")
            return _bounded(name, schema.get("minLength"), schema.get("maxLength"), " characters")
        return {"boolean": "true or false", "": "anything"}.get(kind, kind)


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _bounded(name: str, least: int | None, most: int | None, unit: str = "") -> str:
    most = None if most is not None and most >= 2**53 - 1 else most
    if most is None:
        return name if not least or least < 0 else f"{name}, at least {least:,}{unit}"
    if least == most:
        return f"{name}, {most:,}{unit}"
    return f"{name}, {least or 0:,} to {most:,}{unit}"
