"""What a request brings: its query, its body, its headers, read strictly or refused with the remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

import marshmallow as ma
from flask import Request

from chassis import strict_json
from chassis.fields import Strict, load
from chassis.problems import (
    FieldError,
    MalformedRequest,
    PayloadTooLarge,
    PreconditionFailed,
    PreconditionRequired,
    UnsupportedMediaType,
    ValidationFailed,
    pointer_step,
)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64
"""Fields of a form, or parts of a query string."""

_UTF_8 = frozenset({"utf-8", "utf8"})
_KEY = re.compile(r'\A(?:"([\x21\x23-\x5b\x5d-\x7e]{8,200})"|([A-Za-z0-9._~:+/=-]{8,200}))\Z')
_VERSION = re.compile(r'\A"([0-9]{1,9})(?:\.[0-9a-z]+)?"\Z')


def _whole(pattern: re.Pattern[str]) -> str:
    """Write a pattern of a whole text as ECMA-262, and so JSON Schema, has it."""
    return "^" + pattern.pattern.removeprefix(r"\A").removesuffix(r"\Z") + "$"


KEY_PATTERN = _whole(_KEY)
KEY_FORM = (
    "8 to 200 of A-Z, a-z, 0-9 and . _ ~ : + / = -, such as a UUID, or 8 to 200 ASCII characters in double quotes,"
    " without spaces, quotes and backslashes"
)
"""What a key looks like, in words."""

VERSION_PATTERN = _whole(_VERSION)


def query_in(request: Request, schema: ma.Schema | None) -> Mapping[str, Any]:
    """Read the query string by a schema; without one none may be sent.

    Raises `ValidationFailed`, `MalformedRequest`.
    """
    given = _query_values(request.query_string)
    if not given and schema is None:
        return {}
    errors = [
        FieldError(pointer_step(name), message)
        for name, values in given.items()
        if (message := _unusable(values))
    ]
    if errors:
        raise ValidationFailed(errors=errors)
    return load(schema or Strict(), {name: values[0] for name, values in given.items()})


def query_given(request: Request) -> Mapping[str, list[str]]:
    """Read the query string as the list of values given under each name. Raises `MalformedRequest`."""
    return _query_values(request.query_string)


def body_in(request: Request, schema: ma.Schema | None) -> Mapping[str, Any]:
    """Read the body, a JSON object, by a schema; without one none need be sent.

    Raises `UnsupportedMediaType`, `PayloadTooLarge`, `MalformedRequest`, `ValidationFailed`.
    """
    raw = _whole_body(request)
    if schema is None and raw.strip() in (b"", b"{}"):
        return {}
    check_type(request, JSON)
    if not raw.strip():
        raise MalformedRequest("The body is empty. Send a JSON object.")
    return load(schema or Strict(), strict_json.parse(raw))


def form_in(request: Request) -> Mapping[str, list[str]]:
    """Read the body, a form, as the list of values sent under each name.

    Raises `UnsupportedMediaType`, `PayloadTooLarge`, `MalformedRequest`.
    """
    check_type(request, FORM)
    try:
        return parse_qs(
            _whole_body(request).decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise MalformedRequest(
            f"The body is not a form of at most {MOST_FIELDS} fields, percent-encoded UTF-8."
        ) from None


def key_in(request: Request) -> str | None:
    """Return what the Idempotency-Key header says; None where there is none. Raises `MalformedRequest`."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    match = _KEY.match(given)
    if not match:
        raise MalformedRequest(f"Idempotency-Key must be {KEY_FORM}.")
    return match[1] or match[2]


def version_in(request: Request) -> int:
    """Return the version that If-Match names. Raises `PreconditionRequired`, `PreconditionFailed`."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired
    match = _VERSION.match(given)
    if not match:
        raise PreconditionFailed("If-Match must hold the resource's ETag exactly as it was given.")
    return int(match[1])


def check_type(request: Request, expected: str) -> None:
    """Check that the body is of a media type, in UTF-8 as both of ours are (RFC 8259 section 8.1).

    Raises `UnsupportedMediaType`.
    """
    if request.mimetype != expected:
        raise UnsupportedMediaType(f"Send Content-Type: {expected}.")
    names_charset = "charset" in request.headers["Content-Type"].lower()
    if names_charset and request.mimetype_params.get("charset", "").lower() not in _UTF_8:
        raise UnsupportedMediaType(
            f"Content-Type names a charset that is not UTF-8. Send UTF-8, with Content-Type: {expected}."
        )


def check_coding(request: Request) -> None:
    """Check that the body was sent plain: nobody here would undo a coding. Raises `UnsupportedMediaType`.

    The header in the answer says what is wrong (RFC 9110 section 15.5.16).
    """
    codings = request.headers.get("Content-Encoding", "identity").lower().split(",")
    if not {coding.strip() for coding in codings} <= {"", "identity"}:
        raise UnsupportedMediaType(
            "Send the body plain, without Content-Encoding.",
            headers={"Accept-Encoding": "identity"},
        )


def _whole_body(request: Request) -> bytes:
    """Read the body. Raises `UnsupportedMediaType`, `PayloadTooLarge`.

    Of a body without a length (sent in chunks) werkzeug gives as much as is allowed and keeps silent about the
    rest, so one that fills the limit is taken for too large.
    """
    check_coding(request)
    raw = request.get_data(cache=False)
    limit = request.max_content_length
    if limit is not None and request.content_length is None and len(raw) >= limit:
        raise PayloadTooLarge
    return raw


def _query_values(raw: bytes) -> dict[str, list[str]]:
    """Parse a query string; bytes that are not UTF-8 become lone surrogates, for which `_unusable` looks.

    (werkzeug leaves them percent-encoded in the text, as if the caller had meant that.)
    """
    try:
        values = parse_qs(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="surrogateescape",
            max_num_fields=MOST_FIELDS,
        )
        "".join(values).encode()  # a name that is not UTF-8 cannot be named in the answer
        return values
    except ValueError:
        raise MalformedRequest(
            f"The query string is not percent-encoded UTF-8, or has more than {MOST_FIELDS} parts."
        ) from None


def _unusable(values: list[str]) -> str | None:
    if len(values) > 1:
        return "Give this once."
    lone_surrogate = any("\ud800" <= character <= "\udfff" for character in values[0])
    return "Send plain UTF-8 text." if lone_surrogate or "\x00" in values[0] else None
