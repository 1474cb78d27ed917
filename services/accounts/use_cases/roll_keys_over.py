"""Give the service the signing keys it needs now: the first one, the next one, none that is too old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from chassis.database import Database
from chassis.journal import Journal
from chassis.sealing import Seal
from services.accounts.domain.actors import Actor
from services.accounts.domain.signing_keys import (
    SigningKey,
    context_of,
    key_pair,
    plan_roll_over,
)
from services.accounts.storage.entries import key_created, key_retired
from services.accounts.storage.signing_keys import (
    add_signing_key,
    load_signing_keys,
    lock_signing_keys,
    save_retired,
)


def roll_keys_over(
    connection: sa.Connection,
    *,
    database: Database,
    journal: Journal,
    seal: Seal,
    age: timedelta,
    actor: Actor,
    new_seed: Callable[[], bytes],
) -> None:
    """Make and retire signing keys as the time has come. Doing it again at once changes nothing.

    Any number of processes may do this at the same moment: they queue for one lock, and all but the first find
    nothing left to do.
    """
    lock_signing_keys(connection, database)
    now = database.now(connection)
    plan = plan_roll_over(load_signing_keys(connection), now=now, age=age)
    entries = []
    if plan.successor_signs_from is not None:
        key = new_signing_key(new_seed(), seal=seal, now=now, signs_from=plan.successor_signs_from)
        add_signing_key(connection, key)
        entries.append(key_created(key, actor))
    if plan.retiring:
        save_retired(connection, plan.retiring, now=now)
        entries += [key_retired(kid, actor) for kid in plan.retiring]
    if entries:
        journal.append(connection, entries, now=now)


def new_signing_key(seed: bytes, *, seal: Seal, now: datetime, signs_from: datetime) -> SigningKey:
    """Make a key of 32 random bytes, its private half sealed."""
    pair = key_pair(seed)
    kid = pair.thumbprint()
    return SigningKey(
        kid=kid,
        public_key=str(pair.as_dict(private=False)["x"]),
        sealed_private_key=seal.close(seed.hex(), context=context_of(kid)),
        created_at=now,
        signs_from=signs_from,
    )
