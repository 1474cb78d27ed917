"""What enrolment's journal tells that holders are told over the programme's channel."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.clock import read_instant
from chassis.journal import RecordedEntry
from chassis.observability import logger
from services.accounts.domain.people.messages import MessageKind
from services.accounts.domain.people.news import MovedClass, News, instant_where, news_expire
from vocabulary.roles import HOLDER

OFFERED = "enrolment-offered"
CANCELLED = "enrolment-cancelled"
MOVED = "class-moved"


def news_in(entries: Sequence[RecordedEntry]) -> list[News]:
    """Return what the holders are told whom the entries name."""
    found: list[News] = []
    for entry in entries:
        try:
            news = _news_of(entry)
        except (KeyError, TypeError, ValueError):
            # Erasures come by the same way: they must not wait for a message that nobody can write.
            logger().error("news-not-told", position=entry.position)
            continue
        if news is not None:
            found.append(news)
    return found


def moved_classes_in(entries: Sequence[RecordedEntry]) -> list[MovedClass]:
    """Return the classes of which the entries say that they were moved with people in them."""
    return [
        MovedClass(
            entry_digest=entry.digest(),
            class_id=class_id,
            moved_at=entry.recorded_at,
            expires_at=news_expire(entry.recorded_at),
        )
        for entry in entries
        if entry.kind == MOVED and (class_id := entry.subjects["class_id"]) is not None
    ]


def _news_of(entry: RecordedEntry) -> News | None:
    card = entry.subjects["card_ref"]
    if card is None:
        return None
    if entry.kind == OFFERED:
        return _offer(entry, card)
    if entry.kind == CANCELLED and entry.role != HOLDER:
        expires_at = news_expire(entry.recorded_at)
        return News(MessageKind.CLASS_CALLED_OFF, entry.digest(), card, expires_at)
    return None


def _offer(entry: RecordedEntry, card: str) -> News | None:
    told = entry.body["offer_expires_at"]
    if told is None:  # what does not end needs no haste
        return None
    until = read_instant(told)
    values = instant_where(until, entry.subjects["region"])
    return News(MessageKind.SEAT_OFFERED, entry.digest(), card, until, values)
