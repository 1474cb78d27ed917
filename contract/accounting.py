"""Statements in the journey: of the provider, and of the day."""

from __future__ import annotations

from contract.recorder import Recorder

API = "/api/v1"


def state_accounts(recorder: Recorder, provider: dict[str, str]) -> None:
    """Read what is set aside for a provider, three ways, and what all accounts held today."""
    of_provider = f"{API}/statements/providers/{{provider_id}}"
    today = recorder.today()
    query = {"from": today, "to": today, "limit": 1}
    for path in (of_provider, f"{of_provider}/days", f"{of_provider}/classes"):
        recorder.call(
            "GET", path, provider["provider"], role="provider", bound=provider, query=query
        )
    recorder.call("GET", f"{API}/statements/days", role="auditor")
    recorder.call("GET", f"{API}/statements/days/{{day}}", today, role="auditor")
