"""The public API as one caller sees it, through the gateway and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import requests

from tests.journeys.answers import checked, problem

PREFIX = "/api/v1"
PATIENCE = 90.0
"""Seconds until a test gives an answer up; longer than the gateway itself waits for any."""


class Api:
    """Calls of one caller; every answer is checked for what all answers must have."""

    def __init__(self, address: str, token: str | None) -> None:
        self.address = address
        self.token = token
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would replace the token
        if token is not None:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Make a call below `/api/v1` and return its answer, whatever it is. Bytes are sent as CSV."""
        sent = dict(headers or {})
        is_file = isinstance(body, bytes)
        if is_file:
            sent["Content-Type"] = "text/csv"
        if key is not None:
            sent["Idempotency-Key"] = key
        return checked(
            self._session.request(
                method,
                self.address + PREFIX + path,
                json=None if is_file else body,
                data=body if is_file else None,
                headers=sent,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        )

    def get(self, path: str, *, accept: str | None = None) -> requests.Response:
        """Read; the answer must be a success."""
        answer = self.call("GET", path, headers={"Accept": accept} if accept else None)
        assert answer.status_code == 200, answer.text
        return answer

    def read(self, path: str) -> dict[str, Any]:
        """Read a document."""
        document: dict[str, Any] = self.get(path).json()
        return document

    def items(self, path: str) -> list[dict[str, Any]]:
        """Read a list to its end, page by page."""
        separator = "&" if "?" in path else "?"
        page = self.read(path)
        found: list[dict[str, Any]] = page["items"]
        while page["next_cursor"] is not None:
            page = self.read(f"{path}{separator}cursor={page['next_cursor']}")
            found += page["items"]
        return found

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> dict[str, Any]:
        """Write under a fresh key, or the one given; the answer must be a success."""
        answer = self.call("POST", path, body=body, key=key or str(uuid.uuid4()))
        assert answer.ok, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def patch(self, path: str, body: Any) -> dict[str, Any]:
        """Change what stands at a path, in the version that is read first."""
        version = self.get(path).headers["ETag"]
        answer = self.call("PATCH", path, body=body, headers={"If-Match": version})
        assert answer.ok, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def refused(
        self, method: str, path: str, status: int, code: str, *, body: Any = None
    ) -> dict[str, Any]:
        """Make a call that must be refused like this, and return the problem document."""
        key = None if method == "GET" else str(uuid.uuid4())
        return problem(self.call(method, path, body=body, key=key), status, code)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()
