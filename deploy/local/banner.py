"""What a person needs to know once the system runs."""

from __future__ import annotations

from deploy.local.process_table import Plan


def banner(plan: Plan) -> str:
    """Return the address and what to try first."""
    return f"""
Balai runs at {plan.address} (Ctrl-C stops it; data, secrets and logs are under var/).
"""
