"""HTTP calls from one service to another: bounded in time, deaf to the machine's own proxy and netrc settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

TIMEOUT = (1.0, 10.0)
"""Seconds to connect, and seconds between two pieces of the answer."""


class ServiceClient:
    """A keep-alive session with one base address."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would replace the caller's own token

    def get_json(
        self, path: str, *, query: Mapping[str, Any] | None = None, token: str | None = None
    ) -> Any:
        """Fetch a JSON document. Raises `requests.RequestException`, also for an answer that is no success."""
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        answer = self._session.get(
            self._base_url + path,
            params=dict(query or {}),
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return answer.json()

    def post_form(self, path: str, form: Mapping[str, str], *, credentials: tuple[str, str]) -> Any:
        """Post a form with basic credentials and return the JSON answer. Raises `requests.RequestException`."""
        answer = self._session.post(
            self._base_url + path,
            data=dict(form),
            auth=credentials,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return answer.json()
