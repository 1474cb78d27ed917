"""Send the messages that are due: each at least once, under an id by which a repeat is known."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from prometheus_client import Counter

from chassis.observability import logger
from chassis.transaction import Transactions
from services.accounts.domain.people.messages import Message, pause_after
from services.accounts.storage.people.accounts import is_erased
from services.accounts.storage.people.messages import (
    save_given_up,
    save_next_try,
    save_sent,
    take_message,
)
from services.accounts.use_cases.people.people import People

MOST_IN_A_ROUND = 100
MESSAGES = Counter("messages_total", "Attempts to send a message", ["kind", "outcome"])


class NotSent(Exception):
    """A channel did not take a message; the text tells why, without anything of the message."""


Send = Callable[[Message], None]


def deliver_messages(transactions: Transactions, people: People, send: Send) -> int:
    """Send what is due; return how many messages were sent.

    A message is taken for a while, sent, and marked: whoever is killed in between leaves it to be sent once more. One
    that has no sense any more is given up.
    """
    sent = 0
    for _ in range(MOST_IN_A_ROUND):
        taken = transactions.run(lambda connection: _take(connection, people))
        if taken is None:
            break
        message, is_useless = taken
        sent += not is_useless and _deliver(transactions, people, message, send)
    return sent


def _take(connection: sa.Connection, people: People) -> tuple[Message, bool] | None:
    """Take the message that is due; one that nobody can use any more is given up at once.

    So is one to somebody who was erased since: nothing else has to look for what waits for whom, which is sealed.
    """
    now = people.database.now(connection)
    message = take_message(connection, seal=people.seal, now=now)
    if message is None:
        return None
    card = message.to.card
    is_useless = message.expires_at <= now or (card is not None and is_erased(connection, card))
    if is_useless:
        save_given_up(connection, message.message_id, now=now)
        MESSAGES.labels(message.kind.value, "given-up").inc()
    return message, is_useless


def _deliver(transactions: Transactions, people: People, message: Message, send: Send) -> bool:
    try:
        send(message)
    except NotSent as error:
        logger().warning("message-not-sent", message_id=message.message_id, why=str(error))
        outcome = transactions.run(lambda connection: _put_off(connection, people, message))
    else:
        transactions.run(
            lambda connection: save_sent(
                connection, message.message_id, now=people.database.now(connection)
            ),
            repeatable=True,
        )
        outcome = "sent"
    MESSAGES.labels(message.kind.value, outcome).inc()
    return outcome == "sent"


def _put_off(connection: sa.Connection, people: People, message: Message) -> str:
    now = people.database.now(connection)
    next_try = now + pause_after(message.attempts)
    if next_try >= message.expires_at:
        save_given_up(connection, message.message_id, now=now)
        return "given-up"
    save_next_try(connection, message.message_id, at=next_try)
    return "put-off"
