"""From marshmallow schemas made of our strict fields to JSON Schema (2020-12), by apispec."""

from __future__ import annotations

from typing import Any, cast

import marshmallow as ma
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from chassis.composed_fields import JudgedByItself, Member, Several
from chassis.fields import Exact, Strict

OPENAPI = "3.1.1"
JsonSchema = dict[str, Any]


class Schemas:
    """The schemas met so far, each under the name of its class."""

    def __init__(self) -> None:
        self._named: dict[str, type[ma.Schema]] = {}
        self._plugin = MarshmallowPlugin(schema_name_resolver=self._name)
        self._spec = APISpec(
            title="-", version="-", openapi_version=OPENAPI, plugins=[self._plugin]
        )
        self._converter = cast(OpenAPIConverter, self._plugin.converter)
        for describe in (_exact, _several, _with_schema):
            self._converter.add_attribute_function(describe)

    def reference(self, schema: ma.Schema) -> JsonSchema:
        """Return a reference to a schema, which is kept under its name."""
        found: JsonSchema = self._converter.resolve_nested_schema(schema)
        return found

    def parameters(self, schema: ma.Schema | None) -> list[dict[str, Any]]:
        """Return the parameters of a query string."""
        if schema is None:
            return []
        fields = schema.fields.items()
        return [self._parameter(field, field.data_key or name) for name, field in fields]

    def components(self) -> dict[str, JsonSchema]:
        """Return every schema that was met, with what stands in its docstring and in `BESIDES`."""
        written = self._spec.to_dict()["components"]["schemas"]
        for key, name in self._converter.refs.items():
            written[name].update(_about(key[0]))
            if key[0]().partial:
                _leave_defaults_out(written[name])
        return {name: _tidied(schema) for name, schema in written.items()}

    def _name(self, schema: ma.Schema | type[ma.Schema]) -> str:
        """Name a schema after its class. Raises `LookupError` where another one has that name."""
        kind = schema if isinstance(schema, type) else type(schema)
        if self._named.setdefault(kind.__name__, kind) is not kind:
            raise LookupError(f"there are two schemas named {kind.__name__}; rename one")
        return kind.__name__

    def _parameter(self, field: ma.fields.Field[Any], name: str) -> dict[str, Any]:
        schema = _tidied(self._converter.field2property(field))
        description = schema.pop("description", None)
        return {
            "name": name,
            "in": "query",
            "required": field.required,
            **({"description": description} if description else {}),
            "schema": _never_null(schema),
        }


def _about(schema: type[ma.Schema]) -> JsonSchema:
    description = (schema.__doc__ or "").strip().partition("\n")[0]
    besides = schema.BESIDES if issubclass(schema, Strict) else {}
    return {"description": description, **besides}


def _exact(_: OpenAPIConverter, field: ma.fields.Field[Any], ret: JsonSchema) -> JsonSchema:
    """Say what one of our own fields takes."""
    if not isinstance(field, Exact):
        return {}
    form = field.form()
    if "description" in ret:
        form.pop("description", None)
    return _or_null(form) if field.allow_none else form


def _or_null(form: JsonSchema) -> JsonSchema:
    if "type" not in form:
        return {"anyOf": [form, {"type": "null"}]}
    words = {"enum": [*form["enum"], None]} if "enum" in form else {}
    return {**form, "type": [form["type"], "null"], **words}


def _several(_: OpenAPIConverter, field: ma.fields.Field[Any], **__: Any) -> JsonSchema:
    return field.bounds() if isinstance(field, Several) else {}


def _with_schema(converter: OpenAPIConverter, field: ma.fields.Field[Any], **_: Any) -> JsonSchema:
    """Say what an object within a list looks like."""
    if not isinstance(field, Member | JudgedByItself):
        return {}
    found: JsonSchema = converter.resolve_nested_schema(field.schema)
    return found


def _tidied(schema: Any) -> Any:
    """Leave out that what is left out is null, and write patterns as JSON Schema has them."""
    if isinstance(schema, list):
        return [_tidied(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _tidied(part) for name, part in schema.items()}
    if "default" in kept and kept["default"] is None:
        del kept["default"]
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return kept


def _leave_defaults_out(schema: JsonSchema) -> None:
    """Say nothing of defaults where a part is sent: what is left out stays as it was."""
    for member in schema["properties"].values():
        member.pop("default", None)


def _never_null(schema: JsonSchema) -> JsonSchema:
    """A query has no null: where a field may be null inside, it is left out outside."""
    if isinstance(schema.get("type"), list):
        schema["type"] = next(kind for kind in schema["type"] if kind != "null")
    if "enum" in schema:
        schema["enum"] = [word for word in schema["enum"] if word is not None]
    return schema
