"""Codes that are sent or handed to somebody, once, to be typed in.

A code is short, so it is worth nothing by itself: it lasts for minutes, is tried a few times at most, and a code that
is sent is good only in the browser that asked for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ATTEMPTS = 5
SENT_CODE_LASTS = timedelta(minutes=10)
RECOVERY_CODE_LASTS = timedelta(minutes=30)
INVITATION_LASTS = timedelta(days=7)

SENT_IN_AN_HOUR = 3
SENT_IN_A_DAY = 8
"""Codes sent to one person, whoever asks for them: nobody is to be flooded."""

HANDED_DIGITS = 10
_DIGITS = "0123456789"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("ILO", "110")


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that was sent, and for whom: an account, or a card that has none yet; for nobody where nothing matched."""

    purpose: str
    name_digest: str
    account_id: str | None
    card: str | None
    code_digest: str = field(repr=False)
    created_at: datetime
    expires_at: datetime

    @property
    def is_for_somebody(self) -> bool:
        return self.account_id is not None or self.card is not None


def new_sent_code(below: Callable[[int], int]) -> str:
    """Make six digits to be sent; `below` gives a random number below another."""
    return "".join(_DIGITS[below(10)] for _ in range(6))


def new_handed_code(below: Callable[[int], int]) -> str:
    """Make ten characters to be read out or copied (Crockford's base 32: no letter is taken for a digit)."""
    return "".join(_CROCKFORD[below(32)] for _ in range(HANDED_DIGITS))


def in_groups(code: str) -> str:
    """Write a handed code so that it is read without losing the place."""
    return f"{code[:5]}-{code[5:]}"


def read_code(typed: str) -> str:
    """Return a code in one spelling, as people type it: with spaces, in small letters, an O for a zero."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    return plain.translate(_MISREAD)[:64]
