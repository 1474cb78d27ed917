"""The contract as its reference page shows it: calls by who makes them, their fields in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from chassis.rate_limits import HEADERS as RATE_LIMITS
from gateway.pages.examples import example_of, success_of
from gateway.pages.parts import Bound, Call, Field, Group, Reference, Refusal, Step, Walkthrough

Contract = Mapping[str, Any]
JsonSchema = Mapping[str, Any]

WORDS = {"uuid": "id", "date-time": "instant", "date": "date"}
"""What texts of a known format are called."""


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
        reader.walkthroughs,
        tuple(groups),
        tuple(reader.refusal(code) for code in sorted(common)),
        tuple(reader.refusal(code) for code in contract["x-anywhere"]),
    )


def members_of(contract: Contract, code: str) -> tuple[Field, ...]:
    """Return what a refusal may carry beside what every refusal has."""
    return _Reader(contract).refusal(code).members


class _Reader:
    """Reads calls out of a contract."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas: Mapping[str, JsonSchema] = contract["components"]["schemas"]
        self._common = reduce(frozenset.__and__, (self.codes(*one) for one in self.operations()))
        self.walkthroughs = tuple(self._walkthrough(one) for one in contract["x-walkthroughs"])

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

    def refusal(self, code: str, *, with_key: bool = True) -> Refusal:
        """Return a refusal as a call tells of it that takes an Idempotency-Key, or takes none."""
        told = self._contract["x-problems"][code]
        remedy = told["remedy"] if with_key else told.get("remedy_without_key", told["remedy"])
        members = (
            Field(name, self._kind(schema), required=False, description="")
            for name, schema in told["member_types"].items()
        )
        return Refusal(code, told["status"], told["title"], remedy, tuple(members))

    def _walkthrough(self, way: Mapping[str, Any]) -> Walkthrough:
        steps = tuple(map(self._step, way["steps"]))
        return Walkthrough(way["name"], way["title"], way["text"], steps)

    def _step(self, step: Mapping[str, Any]) -> Step:
        places = {
            self._contract["paths"][path][method]["operationId"]: (path, method)
            for path, method in self.operations()
        }
        of_call = step.get("refusals_of")
        codes = self.codes(*places[of_call]) - self._common if of_call else ()
        return Step(
            step["name"],
            step["title"],
            step["text"],
            step["commands"],
            step.get("prints", ""),
            tuple(step["answers"]),
            self._refusals(codes),
            step.get("page", ""),
            step.get("page_summary", ""),
        )

    def _steps_with(self, path: str, method: str) -> Iterator[Step]:
        """Yield the steps that make a call: their texts name it."""
        for way in self.walkthroughs:
            for step in way.steps:
                if f"`{method.upper()} {path}`" in step.text:
                    yield step

    def _refusals(self, codes: Iterable[str], *, with_key: bool = True) -> tuple[Refusal, ...]:
        found = (self.refusal(code, with_key=with_key) for code in codes)
        return tuple(sorted(found, key=lambda one: (one.status, one.code)))

    def calls(self) -> Iterator[Call]:
        for path, method in self.operations():
            yield self._call(path, method)

    def _call(self, path: str, method: str) -> Call:
        made = self._contract["paths"][path][method]
        status, answer = success_of(made)
        shown = answer["content"]["application/json"]
        body = made.get("requestBody", {})
        sent: tuple[str, Mapping[str, Any]] = next(
            iter(body.get("content", {}).items()), ("", {"schema": {}})
        )
        beyond = self.codes(path, method) - self._common
        parameters = tuple(self._parameter(one) for one in made["parameters"])
        bounds = tuple(_bound(one) for one in made.get("x-bounds", ()))
        return Call(
            name=made["operationId"],
            method=method.upper(),
            path=path,
            summary=made["summary"],
            description=made.get("description", ""),
            roles=tuple(made["x-roles"]),
            parameters=parameters,
            body=self._members(sent[1]["schema"]),
            body_note=self._note(sent[0], body) if body else "",
            status=status,
            answer=self._members(shown["schema"]),
            answer_note=answer["description"],
            headers=tuple(_headers(answer, bounds)),
            media_types=tuple(answer["content"]),
            refusals=self._refusals(
                beyond, with_key=any(one.name == "Idempotency-Key" for one in parameters)
            ),
            row_refusals=tuple(map(self.refusal, made.get("x-row-refusals", ()))),
            bounds=bounds,
            example=example_of(self._contract, path, method),
            steps=tuple(self._steps_with(path, method)),
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
            description=_with_default(parameter.get("description", ""), schema),
        )

    def _note(self, media_type: str, body: Mapping[str, Any]) -> str:
        """Say of a body what it is, how large it may be, and which of its members go together."""
        rules = " ".join(_rules(self._found(body["content"][media_type]["schema"])))
        return f"{media_type}. {body['description']} {rules}".rstrip()

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
        if kinds == ["null"]:
            return "null"
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


def _bound(told: Mapping[str, Any]) -> Bound:
    return Bound(**{**told, "roles": tuple(told.get("roles", ()))})


def _headers(answer: Mapping[str, Any], bounds: Sequence[Bound]) -> Iterator[str]:
    """Yield the headers of an answer; of those that tell of a bound, who is told where not everybody is."""
    roles = ", ".join(sorted({role for bound in bounds for role in bound.roles}))
    for name in answer["headers"]:
        if name in RATE_LIMITS and roles:
            yield f"{name} (to {roles})"
        elif name != "X-Request-Id":
            yield name


def _with_default(description: str, schema: JsonSchema) -> str:
    """Add to a parameter's description what counts where it is left out."""
    if "default" not in schema:
        return description
    value = (
        str(schema["default"]).lower() if schema["default"] in (True, False) else schema["default"]
    )
    return f"{description} Left out, it is {value}.".lstrip()


def _rules(schema: JsonSchema) -> Iterator[str]:
    """Yield in words which members of a body go together, as far as that is a matter of being there or not."""
    for words, key in (("Exactly one", "oneOf"), ("At least one", "anyOf")):
        choices = schema.get(key, ())
        if choices and all(choice.keys() == {"required"} for choice in choices):
            yield f"{words} of {_named(' and '.join(one['required']) for one in choices)}."
    for name, others in schema.get("dependentRequired", {}).items():
        yield f"With {_named([name])} goes {_named(others)}."
    if excluded := schema.get("not", {}).get("required"):
        yield f"Not together: {_named(excluded)}."
    if schema.get("minProperties"):
        yield "At least one member."


def _named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _last(reference: str) -> str:
    return reference.rpartition("/")[2]


def _bounded(name: str, least: int | None, most: int | None, unit: str = "") -> str:
    most = None if most is not None and most >= 2**53 - 1 else most
    if most is None:
        return name if not least or least < 0 else f"{name}, at least {least:,}{unit}"
    if least == most:
        return f"{name}, {most:,}{unit}"
    return f"{name}, {least or 0:,} to {most:,}{unit}"
