"""What the gateway says itself, as complete answers."""

from __future__ import annotations

import json
from http import HTTPStatus

from chassis.observability import REQUEST_ID_HEADER
from chassis.problems import MEDIA_TYPE, Problem


def problem_answer(problem: Problem, request_id: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return status line, headers and body of a problem document."""
    body = json.dumps(problem.document(request_id), ensure_ascii=False).encode()
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        (REQUEST_ID_HEADER, request_id),
        *problem.headers.items(),
    ]
    return f"{problem.status} {HTTPStatus(problem.status).phrase}", headers, body
