"""Have holders told what happened to their seats, each once a happening."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from services.accounts.domain.people.messages import Message, Recipient
from services.accounts.domain.people.news import LANGUAGE, News
from services.accounts.storage.people.accounts import languages_of
from services.accounts.storage.people.messages import add_messages_once
from services.accounts.use_cases.people.people import People


def tell_news(
    connection: sa.Connection, people: People, news: Sequence[News], *, now: datetime
) -> None:
    """Add a message for each of these, unless it is there already, is too late, or for somebody who was erased.

    Who is erased before a message is sent is not sent it either: that is seen to as it is sent.
    """
    in_time = [each for each in news if each.expires_at > now]
    if not in_time:
        return
    languages = languages_of(connection, people.database, [each.card for each in in_time])
    messages = [
        _message(each, language, now)
        for each in in_time
        if (language := languages.get(each.card, LANGUAGE)) is not None
    ]
    add_messages_once(connection, people.database, messages, seal=people.seal)


def _message(news: News, language: str, now: datetime) -> Message:
    return Message(
        message_id=news.message_id,
        kind=news.kind,
        to=Recipient(card=news.card),
        language=language,
        values=news.values,
        created_at=now,
        expires_at=news.expires_at,
    )
