"""A wave (gelombang): one round of selection, with its window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wave:
    """One round of selection; candidates are admitted while its window is open."""

    wave_id: str
    name: str
    opens_at: datetime
    closes_at: datetime

    def is_open_at(self, now: datetime) -> bool:
        """Tell whether candidates can be admitted at an instant."""
        return self.opens_at <= now < self.closes_at
