"""How much work is done on passwords, by the measure that the service keeps."""

from __future__ import annotations

from chassis.password_hashing import HASHES


def hashes() -> float:
    """Return how many passwords were hashed so far."""
    return float(HASHES._value.get())
