"""Let somebody in again who lost the telephone: an officer saw the identity card and hands a code over."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identifiers import new_id
from services.accounts.domain.actors import Actor
from services.accounts.domain.entry_kinds import EntryKind
from services.accounts.domain.people.codes import RECOVERY_CODE_LASTS, new_handed_code
from services.accounts.domain.people.names import Name
from services.accounts.domain.people.recoveries import FoundCard, Recovery
from services.accounts.storage.people.accounts import is_erased
from services.accounts.storage.people.entries import recovery_entry
from services.accounts.storage.people.recoveries import add_recovery, lock_recoveries
from services.accounts.use_cases.people.people import People, random_below
from vocabulary.refusals.cards import CardNotFound


@dataclass(frozen=True, slots=True)
class Started:
    """A recovery with its code, which stands nowhere else."""

    recovery: Recovery
    code: str = field(repr=False)


def start_recovery(
    connection: sa.Connection, people: People, card: FoundCard, *, reason: str, actor: Actor
) -> Started:
    """Make a code for the holder of a card that the officer was shown; an earlier one counts no more.

    Raises `CardNotFound` where its holder was erased since the card was looked up.
    """
    now = people.database.now(connection)
    recovery_id, code = new_id(), new_handed_code(random_below)
    recovery = Recovery(
        recovery_id=recovery_id,
        card=card.card_ref,
        region=card.region,
        name_digest=people.digests.name(Name("card", card.card_number)),
        started_by=actor.name,
        reason=reason,
        code_digest=people.digests.code(code, context=context_of(recovery_id)),
        created_at=now,
        expires_at=now + RECOVERY_CODE_LASTS,
    )
    lock_recoveries(connection, people.database, recovery.card)
    if is_erased(connection, recovery.card):
        raise CardNotFound
    add_recovery(connection, recovery)
    entry = recovery_entry(EntryKind.RECOVERY_STARTED, recovery, actor, reason=reason)
    people.journal.append(connection, [entry], now=now)
    return Started(recovery, code)


def context_of(recovery_id: str) -> str:
    """Return what a recovery's code is bound to."""
    return f"recovery {recovery_id}"
