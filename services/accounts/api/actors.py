"""Who does what is journaled, as the credential of a call says."""

from __future__ import annotations

from chassis.calls import Call
from services.accounts.domain.actors import Actor


def actor_of(call: Call) -> Actor:
    """Return the caller as the actor of journal entries."""
    return Actor(call.caller.subject, call.request_id, call.caller.role)
