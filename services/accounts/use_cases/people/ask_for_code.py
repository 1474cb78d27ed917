"""Send a code to somebody who activates a card or has forgotten the password.

Whatever was asked for, a code is saved for the browser that asked. Where nothing matched, or too many codes were sent
already, it is a code for nobody: none is sent, and nothing that could be typed in is right. As many statements are sent
to the database then, so that the time an answer takes does not tell either.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.codes import (
    SENT_CODE_LASTS,
    SENT_IN_A_DAY,
    SENT_IN_AN_HOUR,
    SentCode,
    in_groups,
    new_handed_code,
    new_sent_code,
    read_code,
)
from services.accounts.domain.people.messages import MessageKind, Recipient
from services.accounts.domain.people.names import Name
from services.accounts.storage.people.accounts import load_account_of_card, load_account_of_name
from services.accounts.storage.people.codes import add_sent_code, count_sent_since
from services.accounts.storage.people.digests import token_digest
from services.accounts.storage.people.sessions import knows_device
from services.accounts.use_cases.people.change_password import recipient_of
from services.accounts.use_cases.people.people import People, random_below

HOLDER, STAFF = "holder", "staff"
NOBODY = Recipient()
NOBODYS_CARD = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class AskForCode:
    """Somebody asks for a code: with a card that was found to be theirs (or none), or under an e-mail address."""

    purpose: str
    name: Name
    card: str | None
    flow: str = field(repr=False)
    device: str | None = field(repr=False)
    language: str


def ask_for_code(connection: sa.Connection, people: People, command: AskForCode) -> None:
    """Save a code for the browser that asks, and have it sent where it is for somebody."""
    digest = people.digests.name(command.name)
    account = _account(connection, command, digest)
    now = people.database.now(connection)
    code, flow_digest = _new_code(command.purpose), token_digest(command.flow)
    to_send = SentCode(
        purpose=command.purpose,
        name_digest=digest,
        account_id=account.account_id if account else None,
        card=command.card,
        code_digest=people.digests.code(read_code(code), context=flow_digest),
        created_at=now,
        expires_at=now + SENT_CODE_LASTS,
    )
    known = knows_device(
        connection,
        account_id=to_send.account_id,
        digest=token_digest(command.device) if command.device else None,
        now=now,
    )
    to = _recipient(people, command, account)
    if _was_sent_enough(connection, digest, now=now, known_device=known) or to.is_nobody:
        to_send, to = replace(to_send, account_id=None, card=None), NOBODY
    add_sent_code(connection, to_send, flow_digest=flow_digest)
    _send(connection, people, to, code, language=command.language, now=now)


def _new_code(purpose: str) -> str:
    """Make a code for a telephone, which is typed, or one for an e-mail, which is copied.

    A holder is asked for card and NIK besides. Of staff the address is enough to have a code sent, and it opens what
    concerns others: six digits would be guessed at some address, if many are tried for long.
    """
    if purpose == HOLDER:
        return new_sent_code(random_below)
    return in_groups(new_handed_code(random_below))


def _account(connection: sa.Connection, command: AskForCode, digest: str) -> Account | None:
    if command.purpose == HOLDER:
        return load_account_of_card(connection, command.card or NOBODYS_CARD)
    return load_account_of_name(connection, digest)


def _recipient(people: People, command: AskForCode, account: Account | None) -> Recipient:
    if account is not None and account.disabled_at is not None:
        return NOBODY
    if command.card is not None:
        return Recipient(card=command.card)
    if command.purpose == STAFF and account is not None and account.mandate.card is None:
        return recipient_of(people, account) or NOBODY
    return NOBODY


def _was_sent_enough(
    connection: sa.Connection, digest: str, *, now: datetime, known_device: bool
) -> bool:
    """Tell whether somebody was sent as many codes as is good.

    Whoever asks from a browser in which the owner signed in before is let through: nobody can keep the owner out by
    asking in the owner's name until no more codes are sent.
    """
    in_an_hour = count_sent_since(connection, digest, since=now - timedelta(hours=1))
    in_a_day = count_sent_since(connection, digest, since=now - timedelta(days=1))
    if known_device:
        return False
    return in_an_hour >= SENT_IN_AN_HOUR or in_a_day >= SENT_IN_A_DAY


def _send(
    connection: sa.Connection,
    people: People,
    to: Recipient,
    code: str,
    *,
    language: str,
    now: datetime,
) -> None:
    minutes = SENT_CODE_LASTS // timedelta(minutes=1)
    people.tell(
        connection,
        MessageKind.CODE,
        to,
        language=language,
        values={"code": code, "minutes": str(minutes)},
        now=now,
        lasts=SENT_CODE_LASTS,
    )
