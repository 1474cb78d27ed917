"""The schema, as the code uses it; `migrations/` makes it."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.follower import follower_table
from chassis.idempotency import stored_answer_table
from chassis.journal import journal_tables
from services.accounts.domain.entry_kinds import EntryKind

METADATA = sa.MetaData()

CLIENT = sa.Table(
    "client",
    METADATA,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("secret_digest", sa.String(64), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    sa.Column("provider", Identifier),
    sa.Column("card", Identifier),
    sa.Column("region", sa.String(5)),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.CheckConstraint(
        "role in ('holder', 'provider', 'officer', 'operator', 'auditor', 'system')",
        name="client_role_is_known",
    ),
    sa.CheckConstraint(
        "(role = 'provider') = (provider is not null)"
        " and (role = 'holder') = (card is not null)"
        " and (role = 'officer') = (region is not null)",
        name="client_is_bound_as_its_role",
    ),
)

SIGNING_KEY = sa.Table(
    "signing_key",
    METADATA,
    sa.Column("kid", sa.String(64), primary_key=True),
    sa.Column("public_key", sa.String(43), nullable=False),
    sa.Column("sealed_private_key", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("signs_from", Instant, nullable=False),
    sa.Column("retired_at", Instant),
    sa.CheckConstraint(
        "(retired_at is null) = (sealed_private_key is not null)",
        name="signing_key_is_destroyed_when_retired",
    ),
)

STORED_ANSWER = stored_answer_table(METADATA)

FOLLOWER_STATE = follower_table(METADATA)

JOURNAL = journal_tables(
    METADATA,
    subjects={"provider_id": Identifier(), "card_ref": Identifier(), "region": sa.String(5)},
    kinds=tuple(EntryKind),
)
