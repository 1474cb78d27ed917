"""Reading problem documents in tests."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse


def problem(answer: TestResponse) -> dict[str, Any]:
    """Return a problem document after checking what every one must have."""
    assert answer.content_type == "application/problem+json"
    document: Any = answer.json
    assert document.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    assert document["type"] == f"/problems/{document['code']}"
    assert document["status"] == answer.status_code
    assert document["request_id"] == answer.headers["X-Request-Id"]
    found: dict[str, Any] = document
    return found


def code(answer: TestResponse) -> tuple[int, str]:
    """Return a problem's status and code."""
    document = problem(answer)
    return document["status"], document["code"]


def pointers(answer: TestResponse) -> list[str]:
    """Return the fields that a problem names; each has a message."""
    errors = problem(answer).get("errors", [])
    assert all(error["message"] for error in errors)
    return [error["pointer"] for error in errors]
