"""A service's own access token, fetched with its client credentials and kept until shortly before it expires."""

from __future__ import annotations

import threading
import time
from typing import Self

from chassis.http_client import ServiceClient
from chassis.service_settings import OwnCredential

RENEW_BEFORE = 60.0


class SystemToken:
    """Call it to get a token of the `system` role."""

    def __init__(self, issuer: ServiceClient, *, client_id: str, client_secret: str) -> None:
        """`issuer` is a client of the very address where tokens are given."""
        self._issuer = issuer
        self._credentials = (client_id, client_secret)
        self._token = ""
        self._renew_at = 0.0
        self._lock = threading.Lock()

    @classmethod
    def of(cls, own: OwnCredential) -> Self:
        """Return the token of a service's own credential."""
        return cls(
            ServiceClient(own.token_url), client_id=own.client_id, client_secret=own.client_secret
        )

    def __call__(self) -> str:
        """Return a valid token. Raises `requests.RequestException` where none can be had."""
        with self._lock:
            return self._kept_or_new()

    def instead_of(self, refused: str) -> str:
        """Return another token than one that was refused, as after the issuer's keys were replaced.

        Raises `requests.RequestException` where none can be had.
        """
        with self._lock:
            if self._token == refused:
                self._renew_at = 0.0
            return self._kept_or_new()

    def _kept_or_new(self) -> str:
        if time.monotonic() >= self._renew_at:
            answer = self._issuer.post_form(
                "",
                {"grant_type": "client_credentials"},
                credentials=self._credentials,
            )
            self._token = answer["access_token"]
            self._renew_at = time.monotonic() + max(float(answer["expires_in"]) - RENEW_BEFORE, 1.0)
        return self._token
