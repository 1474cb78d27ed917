"""Examples as commands for a shell, in which whatever is the reader's own is a variable."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

FORM = "application/x-www-form-urlencoded"
_OWN = re.compile(r"[a-z_]+_id|card_number|redeem_code|expected_price")
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
    if isinstance(body, dict):
        found |= {name: body[name] for name in body if _OWN.fullmatch(name)}
    found |= {_HEADERS[name]: call["headers"][name] for name in _HEADERS if name in call["headers"]}
    return {name.upper(): value for name, value in found.items()}


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
    text = json.dumps({name: _marked(name, body[name]) for name in body}, ensure_ascii=False)
    parts = re.split(r'\\u0000|"\\u0001|\\u0001"', text)
    return "".join(f'"${part}"' if at % 2 else shlex.quote(part) for at, part in enumerate(parts))


def _marked(name: str, value: Any) -> Any:
    """Put a variable's name between marks in the place of its value; a number stands without quotes."""
    if not _OWN.fullmatch(name):
        return value
    return f"\0{name.upper()}\0" if isinstance(value, str) else f"\1{name.upper()}\1"
