"""The card of the sample holder, as it stands now: its time runs out, as every card's does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import requests

from deploy.local.process_table import Plan

_TIMEOUT = 10.0


@dataclass(frozen=True)
class SampleCard:
    """What a banner needs to know of a card. `deadline` is None while no clock runs."""

    status: str
    deadline: datetime | None


def read_sample_card(plan: Plan) -> SampleCard | None:
    """Read the card with the sample holder's credential; None where that is not possible."""
    secret = plan.secrets["SAMPLE_HOLDER_SECRET"]
    try:
        with requests.Session() as session:
            session.trust_env = False  # a .netrc would replace our credential
            given = session.post(
                f"{plan.address}/oauth/token",
                data={"grant_type": "client_credentials"},
                auth=("sample-holder", secret),
                timeout=_TIMEOUT,
            )
            given.raise_for_status()
            shown = session.get(
                f"{plan.address}/api/v1/cards/me",
                headers={"Authorization": f"Bearer {given.json()['access_token']}"},
                timeout=_TIMEOUT,
            )
            shown.raise_for_status()
    except requests.RequestException:
        return None
    deadline = shown.json()["deadline"]
    return SampleCard(
        shown.json()["status"], datetime.fromisoformat(deadline) if deadline else None
    )
