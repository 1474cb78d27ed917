"""Problem documents as the contract describes them: in general, of one status of one call, and code by code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from chassis.fields import ID_FORM, InstantField
from chassis.problems import MEDIA_TYPE, Holds, Problem

OURS = ("chassis", "vocabulary", "services", "gateway")
_FORMS: dict[Holds, dict[str, Any]] = {
    int: {"type": "integer"},
    str: {"type": "string"},
    datetime: InstantField().form(),
    UUID: dict(ID_FORM),
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal or failure (RFC 9457). Decide by `code`, and tell people in a text of your own for each.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/[a-z-]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {
            "type": "string",
            "description": "What was wrong, and what would be right: in English, for developers.",
        },
        "code": {"type": "string", "description": "Never changes its meaning."},
        "request_id": {"type": "string", "description": "Quote it when you ask for help."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    },
}
FIELD_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "One thing wrong with one field.",
    "required": ["pointer", "message"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "Where it stands: a JSON pointer (RFC 6901); empty for the whole.",
        },
        "message": {"type": "string", "description": "What to do about it."},
    },
}


def responses(refusals: Sequence[type[Problem]]) -> dict[str, dict[str, Any]]:
    """Return a response for each status of some refusals that are in the order of their status."""
    return {
        str(status): response(list(group), status=status)
        for status, group in groupby(refusals, key=lambda refusal: refusal.status)
    }


def response(refusals: Sequence[type[Problem]], *, status: int | None = None) -> dict[str, Any]:
    """Return one response for several refusals, of one status or of any."""
    codes = sorted(refusal.code for refusal in refusals)
    told: dict[str, dict[str, Any]] = {}
    for name, holds in (each for one in refusals for each in one.tells):
        told[name] = _either(told.get(name), _form(holds))
    members = {"code": {"enum": codes}, **({"status": {"const": status}} if status else {}), **told}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}], "properties": members}
    sent = sorted({name for refusal in refusals for name in refusal.sends})
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in (*sent, "X-Request-Id")}
    return {
        "description": " · ".join(f"`{code}`" for code in codes),
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _form(holds: Holds) -> dict[str, Any]:
    """Return what a member holds as JSON Schema has it."""
    return {"enum": list(holds)} if isinstance(holds, tuple) else _FORMS[holds]


def _either(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """Return what a member holds that two refusals of one status tell: the words of both, or any text."""
    if one is None or one == other:
        return other
    if "enum" in one and "enum" in other:
        return {"enum": list(dict.fromkeys([*one["enum"], *other["enum"]]))}
    return {"type": "string"}


def every_refusal() -> list[type[Problem]]:
    """Return every refusal with a code of its own that the product has, by code."""
    found: dict[str, type[Problem]] = {Problem.code: Problem}
    for refusal in _below(Problem):
        if refusal.__module__.partition(".")[0] in OURS and "code" in vars(refusal):
            found[refusal.code] = refusal
    return [found[code] for code in sorted(found)]


def _below(refusal: type[Problem]) -> Iterator[type[Problem]]:
    for one in refusal.__subclasses__():
        yield one
        yield from _below(one)


def described(refusal: type[Problem], *, calls: Iterable[str]) -> dict[str, Any]:
    """Return what a code's page says; `calls` are the ids of the operations that may answer it."""
    return {
        "title": refusal.title,
        "status": refusal.status,
        "meaning": refusal.meaning,
        "remedy": refusal.default_detail,
        **({"remedy_without_key": refusal.without_key} if refusal.without_key else {}),
        "members": [name for name, _ in refusal.tells],
        "member_types": {name: _form(holds) for name, holds in refusal.tells},
        "headers": list(refusal.sends),
        "calls": sorted(calls),
    }
