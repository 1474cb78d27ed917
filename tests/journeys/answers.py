"""What every answer from outside must have, whoever asked and whatever came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from tests import conformity

MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}


def check_answer(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Check an answer; `headers` has names in small letters. A refusal must be a problem document and no trace."""
    assert headers.get("x-request-id"), f"{status} without a request id"
    if status < 400:
        return
    assert headers["content-type"] == "application/problem+json", (status, body[:300])
    document = json.loads(body)
    assert document.keys() >= MEMBERS, document
    assert document["type"] == f"/problems/{document['code']}"
    assert document["status"] == status
    assert document["request_id"] == headers["x-request-id"]
    assert document["detail"]
    assert b"Traceback" not in body
    assert b'File \\"' not in body
    for error in document.get("errors", ()):
        assert error["message"], document
        assert error["pointer"] == "" or error["pointer"].startswith("/"), document
    if status in (429, 503):
        assert int(headers["retry-after"]) >= 1


def checked(answer: requests.Response) -> requests.Response:
    """Return an answer that was found to be well formed."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    check_answer(answer.status_code, headers, answer.content)
    request = answer.request
    path = urlsplit(request.url or "").path
    conformity.check_answer(request.method or "", path, answer.status_code, headers, answer.content)
    return answer


def problem(answer: requests.Response, status: int, code: str) -> dict[str, Any]:
    """Return the document of a refusal that has this status and code."""
    found = (answer.status_code, answer.json().get("code"))
    assert found == (status, code), answer.text
    document: dict[str, Any] = answer.json()
    return document
