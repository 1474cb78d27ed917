"""What the gateway says itself, as complete answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from werkzeug.http import parse_cookie

from chassis.observability import REQUEST_ID_HEADER
from chassis.pages.failures import wants_page
from chassis.pages.site import LANGUAGE_COOKIE, Site
from chassis.pages.texts import language_for
from chassis.problems import MEDIA_TYPE, Problem

Told = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers and body."""


def problem_answer(problem: Problem, request_id: str) -> Told:
    """Return a problem document."""
    body = json.dumps(problem.document(request_id), ensure_ascii=False).encode()
    headers = [
        ("Content-Type", MEDIA_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        (REQUEST_ID_HEADER, request_id),
        *problem.headers.items(),
    ]
    return _status_line(problem), headers, body


class Failures:
    """What the gateway says where it refuses or fails: to programs a problem document, to readers a page."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def answer(self, problem: Problem, request_id: str, environ: Mapping[str, Any]) -> Told:
        """Return what the sender of a request is told."""
        path = str(environ["RAW_URI"]).partition("?")[0]
        if not wants_page(accept=environ.get("HTTP_ACCEPT"), path=path):
            return problem_answer(problem, request_id)
        cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
        written = self._site.write_failure(
            problem,
            language=language_for(
                chosen=cookies.get(self._site.cookie_name(LANGUAGE_COOKIE)),
                accepted=environ.get("HTTP_ACCEPT_LANGUAGE"),
            ),
            path=path,
            request_id=request_id,
        )
        headers = [
            *written.headers,
            ("Content-Length", str(len(written.body))),
            (REQUEST_ID_HEADER, request_id),
            *problem.headers.items(),
        ]
        return _status_line(problem), headers, written.body


def _status_line(problem: Problem) -> str:
    return f"{problem.status} {HTTPStatus(problem.status).phrase}"
