"""Examples as commands for a shell."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


def curl_of(method: str, call: Mapping[str, Any], body: Any, *, media_type: str) -> str:
    """Write a call as a command, which reads the gateway's address, a token and a client from shell variables."""
    parts = [f'curl "$BASE{call["address"]}"']
    if method.upper() not in ("GET", "POST") or (method.upper() == "POST" and body is None):
        parts[0] = f'curl -X {method.upper()} "$BASE{call["address"]}"'
    if call["has_token"]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if media_type == FORM:
        parts.append('-u "$CLIENT"')
    elif body is not None:
        parts.append(f'-H "Content-Type: {media_type}"')
    parts += [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in call["headers"].items()
        if name != "Content-Type"
    ]
    if body is not None:
        text = urlencode(body) if media_type == FORM else json.dumps(body, ensure_ascii=False)
        parts.append(f"-d {shlex.quote(text)}")
    return " \\\n  ".join(parts)
