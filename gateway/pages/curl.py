"""Examples as commands for a shell, in which whatever is the reader's own is a variable."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

FORM = "application/x-www-form-urlencoded"
_OWN = re.compile(
    r"[a-z_]+_id|card_ref|card_number|receipt|redeem_code|expected_price|open_at|device_time|published_at"
)
"""Members that tell of a thing which only the system had that the example was recorded on."""

_HEADERS = {"Idempotency-Key": "KEY", "If-Match": "ETAG"}


def curl_of(method: str, path: str, call: Mapping[str, Any], body: Any, *, media_type: str) -> str:
    """Write a call as a command. What it reads from variables, `variables_of` names."""
    where = f'"$BASE{_with_variables(path)}{_query_of(call)}"'
    parts = [f"curl {where}"]
    if method.upper() not in ("GET", "POST") or (method.upper() == "POST" and body is None):
        parts[0] = f"curl -X {method.upper()} {where}"
    if call["has_token"]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if media_type == FORM and "client_id" not in body:
        parts.append('-u "$CLIENT"')
    elif media_type != FORM and body is not None:
        parts.append(f'-H "Content-Type: {media_type}"')
    parts += [f'-H "{name}: ${_HEADERS[name]}"' for name in _HEADERS if name in call["headers"]]
    if isinstance(body, str):
        parts.append(f"--data-binary {shlex.quote(body)}")
    elif body is not None:
        parts += _form(body) if media_type == FORM else [f"-d {_quoted(body)}"]
    return " \\\n  ".join(parts)


def variables_of(path: str, call: Mapping[str, Any], body: Any) -> dict[str, Any]:
    """Return what stands in variables, with what was recorded in its place, but for address, token and client."""
    ids = re.findall(r"\{([a-z_]+)\}", path)
    places = zip(path.split("/"), call["address"].partition("?")[0].split("/"), strict=True)
    values = {word[1:-1]: value for word, value in places if word.startswith("{")}
    found = {name: values[name] for name in ids}
    found |= {name: value for name, value in _asked(call) if _OWN.fullmatch(name)}
    found |= _own_members(body)
    found |= {_HEADERS[name]: call["headers"][name] for name in _HEADERS if name in call["headers"]}
    return {name.upper(): value for name, value in found.items()}


def _own_members(value: Any) -> dict[str, Any]:
    """Return what a body has of the reader's own: of a list the members of its only item."""
    if isinstance(value, list) and len(value) == 1:
        return _own_members(value[0])
    if not isinstance(value, dict):
        return {}
    found: dict[str, Any] = {}
    for name, member in value.items():
        found |= {name: member} if _OWN.fullmatch(name) else _own_members(member)
    return found


def _asked(call: Mapping[str, Any]) -> list[tuple[str, str]]:
    return parse_qsl(call["address"].partition("?")[2])


def _query_of(call: Mapping[str, Any]) -> str:
    pairs = [
        (name, f"${name.upper()}" if _OWN.fullmatch(name) else value)
        for name, value in _asked(call)
    ]
    return f"?{urlencode(pairs, safe='$:')}" if pairs else ""


def _form(body: Mapping[str, str]) -> list[str]:
    """Write each field of a form for a shell."""
    return [
        f'-d "{name}=${name.upper()}"'
        if _OWN.fullmatch(name)
        else f"-d {shlex.quote(urlencode({name: value}))}"
        for name, value in body.items()
    ]


def _with_variables(path: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: f"${found[1].upper()}", path)


def _quoted(body: Any) -> str:
    """Quote a body for a shell: in apostrophes, but for the variables in it."""
    text = json.dumps(_marked(body), ensure_ascii=False)
    parts = re.split(r'\\u0000|"\\u0001|\\u0001"', text)
    return "".join(f'"${part}"' if at % 2 else shlex.quote(part) for at, part in enumerate(parts))


def _marked(value: Any) -> Any:
    """Put the names of variables between marks in the places of their values."""
    if isinstance(value, list) and len(value) == 1:
        return [_marked(value[0])]
    if not isinstance(value, dict):
        return value
    return {
        name: _mark(name, value[name]) if _OWN.fullmatch(name) else _marked(value[name])
        for name in value
    }


def _mark(name: str, value: Any) -> str:
    """Put a variable's name between marks; a number stands without quotes."""
    return f"\0{name.upper()}\0" if isinstance(value, str) else f"\1{name.upper()}\1"
