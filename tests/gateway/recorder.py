"""A small service that stands behind the gateway in tests: it records what reaches it and answers as it is told.

What it should answer is told in the query, which the gateway passes on as it is: `do=` one of the names below.
`GET /recorded` returns what came and forgets it; `/unread` answers without reading the body.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from tests.tokens import PUBLIC_JWK

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Reply = tuple[str, list[tuple[str, str]], Iterable[bytes]]
JSON = ("Content-Type", "application/json")
BLOCK = b"0123456789abcdef" * 4096
BLOCKS = 3_200
"""64 KiB each: 200 MiB."""

_recorded: list[dict[str, Any]] = []


def _plain(request: dict[str, Any]) -> Reply:
    return _json("200 OK", {"echo": request})


def _json(status: str, document: Any, *headers: tuple[str, str]) -> Reply:
    body = json.dumps(document).encode()
    return status, [JSON, ("Content-Length", str(len(body))), *headers], [body]


def _cookies(_: dict[str, Any]) -> Reply:
    return _json("200 OK", {}, ("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/"))


def _redirect(_: dict[str, Any]) -> Reply:
    return _json("303 See Other", {}, ("Location", "http://127.0.0.1:1/elsewhere"))


def _not_modified(_: dict[str, Any]) -> Reply:
    return "304 Not Modified", [("ETag", '"7"')], []


def _nothing(_: dict[str, Any]) -> Reply:
    return "204 No Content", [], []


def _refusal(_: dict[str, Any]) -> Reply:
    return _json("409 Conflict", {"code": "class-full"}, ("X-Own", "kept"))


def _list(_: dict[str, Any]) -> Reply:
    return _json("200 OK", {"items": []}, ("ETag", '"v1"'), ("Cache-Control", "no-cache"))


def _slow_list(request: dict[str, Any]) -> Reply:
    time.sleep(0.5)
    return _list(request)


def _list_with_cookie(_: dict[str, Any]) -> Reply:
    return _json("200 OK", {}, ("ETag", '"v1"'), ("Set-Cookie", "a=1; Path=/"))


def _long_list(_: dict[str, Any]) -> Reply:
    return _json("200 OK", {"items": ["x" * 600_000]}, ("ETag", '"v1"'))


def _slow_page(_: dict[str, Any]) -> Reply:
    time.sleep(0.5)
    return _json("200 OK", {"items": ["x" * 400_000]}, ("ETag", '"v1"'))


def _slow(_: dict[str, Any]) -> Reply:
    time.sleep(1.0)
    return _json("200 OK", {"slow": True})


def _endless(_: dict[str, Any]) -> Reply:
    return "200 OK", [("Content-Type", "text/csv")], _many_blocks(seconds_each=0.0)


def _of_known_length(_: dict[str, Any]) -> Reply:
    length = str(len(BLOCK) * BLOCKS)
    return "200 OK", [("Content-Length", length)], _many_blocks(seconds_each=0.0)


def _trickle(_: dict[str, Any]) -> Reply:
    return "200 OK", [("Content-Type", "text/csv")], _many_blocks(seconds_each=0.02)


def _chunked_but_small(_: dict[str, Any]) -> Reply:
    return "200 OK", [("Content-Type", "text/csv")], iter([b"one,", b"two"])


def _many_blocks(*, seconds_each: float) -> Iterator[bytes]:
    try:
        for _ in range(BLOCKS):
            time.sleep(seconds_each)
            yield BLOCK
        _recorded.append({"ended": "whole"})
    except GeneratorExit:
        _recorded.append({"ended": "cut off"})
        raise


ANSWERS: dict[str, Callable[[dict[str, Any]], Reply]] = {
    "cookies": _cookies,
    "redirect": _redirect,
    "not-modified": _not_modified,
    "nothing": _nothing,
    "refusal": _refusal,
    "list": _list,
    "slow-list": _slow_list,
    "list-with-cookie": _list_with_cookie,
    "long-list": _long_list,
    "slow-page": _slow_page,
    "slow": _slow,
    "endless": _endless,
    "known-length": _of_known_length,
    "trickle": _trickle,
    "chunked-but-small": _chunked_but_small,
}


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request (WSGI)."""
    path = environ["PATH_INFO"]
    if path == "/recorded":
        reply = _json("200 OK", list(_recorded))
        _recorded.clear()
    elif path == "/.well-known/jwks.json":
        reply = _json("200 OK", {"keys": [PUBLIC_JWK]})
    elif path == "/unread":
        reply = _json("200 OK", {"read": False})
    elif path == "/readyz":
        reply = _json("200 OK", {"ready": True})
    else:
        request = _describe(environ)
        _recorded.append(request)
        chosen = parse_qs(environ["QUERY_STRING"]).get("do", [""])[0]
        reply = ANSWERS.get(chosen, _plain)(request)
    status, headers, body = reply
    start_response(status, headers)
    return body


def _describe(environ: WSGIEnvironment) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    while block := environ["wsgi.input"].read(65_536):
        digest.update(block)
        size += len(block)
    return {
        "method": environ["REQUEST_METHOD"],
        "target": environ["RAW_URI"],
        "headers": {
            key.removeprefix("HTTP_").replace("_", "-").lower(): value
            for key, value in environ.items()
            if key.startswith("HTTP_") or (key.startswith("CONTENT_") and value)
        },
        "body_size": size,
        "body_digest": digest.hexdigest(),
    }
