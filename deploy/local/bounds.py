"""What credentials are bound to, a card, a provider or a region: as the running system knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests

from chassis.identifiers import is_id
from sample.record import Facts
from services.accounts.development import issue_token

_TIMEOUT = 30.0
_NUMBER = re.compile(r"\A[0-9]{16}\Z")


class UnknownBoundError(Exception):
    """There is no such card or provider; the message says what would be right."""


@dataclass(frozen=True)
class Bounds:
    """Asks the gateway, with tokens that are made with the settings of accounts."""

    gateway: str
    settings: Mapping[str, str] = field(repr=False)

    def of_the_sample(self, facts: Facts) -> dict[str, str]:
        """Return what the sample's credentials are bound to. Raises `requests.RequestException`."""
        card = self._look_up(facts.card_number)
        # An officer of the province where the sample holder lives.
        return {
            "provider": facts.provider_id,
            "card": card["card_ref"],
            "region": card["region"].partition(".")[0],
        }

    def card_reference(self, given: str) -> str:
        """Return a card's reference, for a card given by it or by its number, in groups or not.

        Raises `UnknownBoundError` and `requests.RequestException`.
        """
        number = given.replace(" ", "").replace("-", "")
        if _NUMBER.match(number):
            return str(self._look_up(number)["card_ref"])
        if not is_id(given):
            raise UnknownBoundError(
                f"CARD is a card's number, sixteen digits, or its id, a lower-case UUID, not {given!r}"
            )
        self._ask(
            "GET", "/cards/me", unknown=f"no card has the id {given}", role="holder", card=given
        )
        return given

    def check_provider(self, provider_id: str) -> None:
        """Raise `UnknownBoundError` where there is no such provider, approved or not."""
        if is_id(provider_id):
            path, unknown = f"/providers/{provider_id}", f"no provider has the id {provider_id}"
            self._ask("GET", path, unknown=unknown, role="operator")

    def _look_up(self, card_number: str) -> dict[str, Any]:
        question = {"card_number": card_number, "reason": "Binding a credential to try out"}
        unknown = f"no card has the number {card_number}"
        return self._ask("POST", "/cards/lookup", unknown=unknown, json=question, role="operator")

    def _ask(
        self,
        method: str,
        path: str,
        *,
        unknown: str,
        json: Mapping[str, str] | None = None,
        **mandate: str,
    ) -> dict[str, Any]:
        token = issue_token(environment=self.settings, **mandate)
        with requests.Session() as session:
            session.trust_env = False  # a .netrc would replace our token
            answer = session.request(
                method,
                f"{self.gateway}/api/v1{path}",
                json=json,
                headers={"Authorization": f"Bearer {token}"},
                timeout=_TIMEOUT,
            )
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise UnknownBoundError(unknown)
        answer.raise_for_status()
        shown: dict[str, Any] = answer.json()
        return shown
