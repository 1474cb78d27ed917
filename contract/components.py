"""What operations share: headers, parameters, ways to prove who calls, and who there is to call."""

from __future__ import annotations

from typing import Any

from chassis.fields import ID_FORM
from chassis.rate_limits import LIMIT, POLICY
from chassis.request_content import KEY_FORM, KEY_PATTERN, VERSION_PATTERN

TAGS = {
    "public": "Anybody, without a token.",
    "holder": "A card holder. The token is bound to one card.",
    "provider": "Staff of a training provider. The token is bound to that provider.",
    "officer": "Staff of a manpower office, who assists people of its region.",
    "operator": "The programme's management.",
    "auditor": "Reads everything that is needed, and writes nothing.",
}


def _a_list_of(item: str) -> str:
    return f"^{item}(, {item})*$"


HEADERS: dict[str, dict[str, Any]] = {
    "Accept-Encoding": {
        "description": "Which codings of a body are taken.",
        "schema": {"type": "string"},
    },
    "Allow": {"description": "The methods there are.", "schema": {"type": "string"}},
    "ETag": {
        "description": "The version. Send it as If-Match to change this, as If-None-Match to ask whether it changed.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where what was made is found.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    LIMIT: {
        "description": "How you stand, for each bound that this request was held against (a list of structured fields,"
        " RFC 9651): `r` more may follow at once, and in `t` seconds it is one more; without `t` nothing is used. It is"
        " a hint, counted by the process that answered.",
        "schema": {"type": "string", "pattern": _a_list_of(r'"[a-z-]+";r=[0-9]+(;t=[0-9]+)?')},
    },
    POLICY: {
        "description": "The bounds that this request was held against: `q` at once, and so many in `w` seconds.",
        "schema": {"type": "string", "pattern": _a_list_of(r'"[a-z-]+";q=[0-9]+;w=[0-9]+')},
    },
    "Retry-After": {
        "description": "Seconds to wait before the next try.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "What is asked for.", "schema": {"type": "string"}},
    "X-Request-Id": {
        "description": "The id under which every service's log knows this request.",
        "schema": {"type": "string"},
    },
}

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": f"A value of your own making: {KEY_FORM}. The same key with the same command is answered as the"
    " first time, byte for byte, and takes effect once; kept for 48 hours.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
    "example": "0196f3a2-7d10-4c3e-9a55-5f8f3c2e1b77",
}
PARAMETERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {**_KEY, "required": True},
    "Idempotency-Key-optional": {**_KEY, "required": False},
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the version that you saw.",
        "schema": {"type": "string", "pattern": VERSION_PATTERN},
        "example": '"3"',
    },
}

SECURITY_SCHEMES: dict[str, dict[str, Any]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token (RFC 9068) of POST /oauth/token. It lives for minutes.",
    },
    "sign-in": {
        "type": "oauth2",
        "description": "How an application gets a person's access token: by authorization code with PKCE (S256), as"
        " /api/v1/docs#signing-in shows. The token is then sent as the scheme `token` says.",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "tokenUrl": "/oauth/token",
                "refreshUrl": "/oauth/token",
                "scopes": {
                    "openid": "An ID token: who signed in, and when.",
                    "offline_access": "A refresh token, to go on without the person.",
                },
            },
        },
    },
    "client": {
        "type": "http",
        "scheme": "basic",
        "description": "The id and the secret of a registered client; they may stand in the form instead.",
    },
}


_NAMES = {
    "version": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])[a-z]?$"},
    "day": {
        "type": "string",
        "format": "date",
        "pattern": "^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$",
    },
}


def path_parameter(name: str) -> dict[str, Any]:
    """Return the parameter for an id in a path, or for a name."""
    return {"name": name, "in": "path", "required": True, "schema": dict(_NAMES.get(name, ID_FORM))}
