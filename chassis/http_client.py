"""HTTP calls from one service to another: bounded in time, deaf to the machine's own proxy and netrc settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.client import UNAUTHORIZED
from typing import Any

import requests

TIMEOUT = (1.0, 10.0)
"""Seconds to connect, and seconds between two pieces of the answer."""


def document_at(address: str) -> Callable[[], Any]:
    """Return what fetches the JSON document at one address, over kept connections."""
    client = ServiceClient(address)
    return lambda: client.get_json("")


class ServiceClient:
    """A keep-alive session with one base address.

    `another_token` gives a token for one that the service refused; a call with the new one is made once.
    """

    def __init__(self, base_url: str, *, another_token: Callable[[str], str] | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._another_token = another_token
        self._session = requests.Session()
        self._session.trust_env = False  # a .netrc would replace the caller's own token

    def get_json(
        self, path: str, *, query: Mapping[str, Any] | None = None, token: str | None = None
    ) -> Any:
        """Fetch a JSON document. Raises `requests.RequestException`, also for an answer that is no success."""
        answer = self._get(path, query, token)
        if answer.status_code == UNAUTHORIZED and token is not None and self._another_token:
            answer = self._get(path, query, self._another_token(token))
        answer.raise_for_status()
        return answer.json()

    def _get(
        self, path: str, query: Mapping[str, Any] | None, token: str | None
    ) -> requests.Response:
        headers = {"Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self._session.get(
            self._base_url + path,
            params=dict(query or {}),
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    def post_json(self, path: str, body: Mapping[str, Any], *, token: str) -> requests.Response:
        """Post a JSON document and return the answer, whatever it is. Raises `requests.RequestException`."""
        return self._session.post(
            self._base_url + path,
            json=dict(body),
            headers={"Accept": "application/json", "Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )

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
