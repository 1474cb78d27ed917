"""Whether a caller has what it asks for (RFC 9110 section 13), by the ETag of the answer."""

from __future__ import annotations

import hashlib

from werkzeug.wrappers import Request, Response

_OF_WRITES = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
"""Conditions of whoever wants to change something. A read has nothing to refuse by them: they are passed over."""


def spare_what_is_known(response: Response, request: Request) -> None:
    """Make the answer to a read a 304 without a body where `If-None-Match` names its ETag."""
    told = {name: value for name, value in request.environ.items() if name not in _OF_WRITES}
    response.make_conditional(told)


def tag_of(body: bytes) -> str:
    """Return an ETag that is the same for as long as the answer says the same."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def etag(version: int, *, beside: str = "") -> dict[str, str]:
    """Return the ETag header of a resource at a version.

    `beside` (digits and small letters) tells apart answers of the same version that differ in what is no part of it,
    such as a count that others move; If-Match looks at the version alone.
    """
    return {"ETag": f'"{version}.{beside}"' if beside else f'"{version}"'}
