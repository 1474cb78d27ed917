"""Recovery: an officer has seen somebody's identity card and hands over a code to get in with again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card that somebody found by showing a right to it, with what tells of its holder."""

    card_ref: str
    region: str
    card_number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery as its row stands; of one card one counts at a time."""

    recovery_id: str
    card: str
    region: str
    name_digest: str
    started_by: str
    reason: str
    code_digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def state_at(self, now: datetime) -> str:
        """Return where the recovery stands."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= now else "open"
