"""Messages: what people are told over the programme's own channel or by e-mail, outside of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=10)
LEASE = timedelta(seconds=60)
"""How long whoever sends a message has it for itself; longer than any sender waits for its channel."""

NEWS_LAST = timedelta(days=2)
"""How long it is tried to send what stays worth knowing, such as that a password was changed."""


class MessageKind(StrEnum):
    """What a message says."""

    CODE = "one-time-code"
    INVITATION = "invitation"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - a kind of message, no password
    ACCESS_RECOVERED = "access-recovered"
    SEAT_OFFERED = "seat-offered"
    CLASS_MOVED = "class-moved"
    CLASS_CALLED_OFF = "class-called-off"


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom: the holder of a card, whom the programme's channel knows by the card's reference, or an address.

    Neither is nobody, who is sent nothing: it is there so that as much is done where there is nobody as where there is.
    """

    card: str | None = None
    email: str | None = field(default=None, repr=False)

    @property
    def is_nobody(self) -> bool:
        """Tell whether there is nobody to be sent anything."""
        return self.card is None and self.email is None


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent. Printing it reveals nothing of it."""

    message_id: str
    kind: MessageKind
    to: Recipient
    language: str
    values: Mapping[str, str] = field(repr=False)
    created_at: datetime
    expires_at: datetime
    attempts: int = 0


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: twice as long each time."""
    doublings = min(max(attempts, 1) - 1, 20)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
