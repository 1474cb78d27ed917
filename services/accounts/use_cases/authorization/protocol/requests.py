"""A request as Authlib reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from services.accounts.use_cases.authorization.protocol.parties import Client


class Parameters(OAuth2Payload):
    """The parameters of a request; one sent without a value counts as not sent (RFC 6749 section 3.1)."""

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        self._given = defaultdict(list, {name: list(values) for name, values in given.items()})

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._given.items() if values and values[0]}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._given


class ProtocolRequest(OAuth2Request):
    """A request; `client` is who proved itself already, where it had to."""

    def __init__(
        self, method: str, given: Mapping[str, list[str]], *, client: Client | None = None
    ) -> None:
        # Authlib wants an address under https. Ours is whatever the gateway has in front of it.
        super().__init__(method, "https://issuer.invalid/")
        self.payload = Parameters(given)
        self.client: Any = client

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data
