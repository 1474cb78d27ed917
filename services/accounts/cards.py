"""What accounts asks enrolment: whether a card and a NIK belong together, and a look-up for an officer."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import NOT_FOUND, OK, TOO_MANY_REQUESTS
from typing import Any

import requests

from chassis.http_client import ServiceClient
from chassis.observability import logger
from chassis.problems import TooManyRequests, Unavailable
from services.accounts.domain.people.recoveries import FoundCard
from vocabulary.refusals.cards import CardNotFound


class Cards:
    """Enrolment, as accounts knows it. Each method raises `Unavailable` where it does not answer as it should."""

    def __init__(self, enrolment_url: str) -> None:
        self._enrolment = ServiceClient(enrolment_url)

    def identify(self, *, card_number: str, nik: str, token: str) -> str | None:
        """Return the reference of the card with this number, if whoever has this NIK holds it."""
        body = {"card_number": card_number, "nik": nik}
        answer = self._ask("/internal/cards/identification", body, token)
        if answer.status_code == NOT_FOUND:
            return None
        return str(_document(answer)["card_ref"])

    def look_up(self, numbers: Mapping[str, str], *, reason: str, token: str) -> FoundCard:
        """Look a card up with the caller's own token, so that it is judged and recorded as any look-up is.

        Raises `CardNotFound`, `TooManyRequests`.
        """
        answer = self._ask("/api/v1/cards/lookup", {**numbers, "reason": reason}, token)
        if answer.status_code == NOT_FOUND:
            raise CardNotFound
        if answer.status_code == TOO_MANY_REQUESTS:
            raise TooManyRequests(
                "Too many cards were looked up. Wait as long as Retry-After says.",
                retry_after=int(answer.headers.get("Retry-After", "5")),
            )
        found = _document(answer)
        return FoundCard(
            card_ref=found["card_ref"],
            region=found["region"],
            card_number=found["card_number"],
            name=found["name"],
        )

    def _ask(self, path: str, body: Mapping[str, str], token: str) -> requests.Response:
        try:
            return self._enrolment.post_json(path, body, token=token)
        except requests.RequestException as error:
            logger().warning("enrolment-away", error=type(error).__name__)
            raise Unavailable("Cards cannot be looked up at the moment.", retry_after=5) from None


def _document(answer: requests.Response) -> Any:
    if answer.status_code != OK:
        logger().warning("enrolment-refused", status=answer.status_code)
        raise Unavailable("Cards cannot be looked up at the moment.", retry_after=5)
    return answer.json()
