"""News of what happened to a holder's seat, or to a class with everybody in it: told once a happening."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chassis.clock import write_instant
from services.accounts.domain.people.messages import NEWS_LAST, MessageKind
from vocabulary.regions import REGENCIES, SUCCESSORS
from vocabulary.rule_book import NATIONAL_ZONE
from vocabulary.zones import ZONES

_MESSAGES_OF_NEWS = uuid.UUID("5d1f9c0e-3a53-4c1b-9d55-8c7f4f0b6a21")
LANGUAGE = "id"
"""The language of whoever has no account yet, and so chose none."""


@dataclass(frozen=True, slots=True)
class News:
    """What the holder of a card is to be told; `happening` is the digest of the journal entry that says it."""

    kind: MessageKind
    happening: str
    card: str
    expires_at: datetime
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def message_id(self) -> str:
        """Return the id of the message: the same whenever the same entry is read, and whoever reads it."""
        return str(uuid.uuid5(_MESSAGES_OF_NEWS, f"{self.happening} {self.card}"))


@dataclass(frozen=True, slots=True)
class MovedClass:
    """A class that was moved, with everybody in it still to be told from the enrolment `told_to` on."""

    entry_digest: str
    class_id: str
    moved_at: datetime
    expires_at: datetime
    told_to: str | None = None


def news_expire(happened_at: datetime) -> datetime:
    """Return until when it makes sense to tell what happened then."""
    return happened_at + NEWS_LAST


def instant_where(instant: datetime, region: str | None) -> Mapping[str, str]:
    """Return what a message is given to name an instant by the clock of the region where its reader lives."""
    regency = REGENCIES.get(SUCCESSORS.get(region or "", region or ""))
    zone = ZONES[NATIONAL_ZONE] if regency is None else regency.zone
    return {"until": write_instant(instant), "zone": zone.iana}
