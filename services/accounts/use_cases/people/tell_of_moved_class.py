"""Have everybody who is in a class that was moved told, page by page.

How far it came is saved with each page of messages: whoever is killed in between goes on from there, and a page that is
read twice adds no message twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.accounts.domain.people.messages import MessageKind
from services.accounts.domain.people.news import MovedClass, News
from services.accounts.storage.people.moved_classes import go_on
from services.accounts.use_cases.people.people import People
from services.accounts.use_cases.people.tell_news import tell_news


@dataclass(frozen=True, slots=True)
class SeatHolders:
    """Some of the cards that hold a seat in a class, and the enrolment after which the next come; None at the end."""

    cards: Sequence[str]
    next: str | None


def tell_of_moved_class(
    connection: sa.Connection, *, people: People, moved: MovedClass, holders: SeatHolders
) -> bool:
    """Have a page of holders told; false where somebody else told them meanwhile, and nothing is done."""
    if not go_on(connection, moved, told_to=holders.next):
        return False
    news = [
        News(MessageKind.CLASS_MOVED, moved.entry_digest, card, moved.expires_at)
        for card in holders.cards
    ]
    tell_news(connection, people, news, now=people.database.now(connection))
    return True
