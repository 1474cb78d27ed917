"""Bring in the sample data and register a client of each role to try it with: `python -m deploy.local.sample_data`.

The environment is that of accounts, with GATEWAY_URL and with SAMPLE_FOLDER, where notes on what was loaded are kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import requests

from deploy.local.clients import SAMPLE_CLIENTS, register_clients
from deploy.local.sample_notes import SampleNotes
from sample.load import main as load
from sample.record import Facts
from services.accounts.development import issue_token

_TIMEOUT = 30.0


def main() -> int:
    """Load what is missing; return the exit code."""
    gateway = os.environ["GATEWAY_URL"]
    notes = SampleNotes(Path(os.environ["SAMPLE_FOLDER"]))
    code = load(["--gateway", gateway, "--record", str(notes.record)])
    if code != 0:
        return code
    facts = notes.recorded()
    if facts is None:
        print("The sample data left no record.", file=sys.stderr)
        return 1
    register_clients(SAMPLE_CLIENTS, bounds=sample_bounds(gateway, facts), variables=os.environ)
    notes.finish(facts)
    return 0


def sample_bounds(gateway: str, facts: Facts) -> dict[str, str]:
    """Return what the sample clients are bound to. Raises `requests.RequestException`."""
    card = look_up_card(gateway, facts.card_number)
    # An officer of the province where the sample holder lives.
    return {
        "provider": facts.provider_id,
        "card": card["card_ref"],
        "region": card["region"].partition(".")[0],
    }


def look_up_card(gateway: str, card_number: str) -> dict[str, str]:
    """Return what an operator sees of a card. Raises `requests.RequestException`."""
    with requests.Session() as session:
        session.trust_env = False  # a .netrc would replace our token
        answer = session.post(
            f"{gateway}/api/v1/cards/lookup",
            json={"card_number": card_number, "reason": "Binding the sample credentials"},
            headers={"Authorization": f"Bearer {issue_token(role='operator')}"},
            timeout=_TIMEOUT,
        )
    answer.raise_for_status()
    card: dict[str, str] = answer.json()
    return card


if __name__ == "__main__":
    sys.exit(main())
