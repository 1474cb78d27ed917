"""Clients, signing keys, the journal and the stored answers."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant
from chassis.journal_schema import protect_journal_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_client()
    _create_signing_key()
    _create_journal()
    protect_journal_1(op.get_bind())


def _create_client() -> None:
    op.create_table(
        "client",
        sa.Column("client_id", sa.String(64), primary_key=True),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("provider", Identifier()),
        sa.Column("card", Identifier()),
        sa.Column("region", sa.String(5)),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant()),
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


def _create_signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(64), primary_key=True),
        sa.Column("public_key", sa.String(43), nullable=False),
        sa.Column("sealed_private_key", sa.Text()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("signs_from", Instant(), nullable=False),
        sa.Column("retired_at", Instant()),
        sa.CheckConstraint(
            "(retired_at is null) = (sealed_private_key is not null)",
            name="signing_key_is_destroyed_when_retired",
        ),
    )


def _create_journal() -> None:
    op.create_table(
        "journal_head",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("epoch", Identifier(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint("id = 1", name="journal_has_one_head"),
    )
    op.create_table(
        "journal_entry",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("rule_version", sa.String(32)),
        sa.Column("provider_id", Identifier()),
        sa.Column("card_ref", Identifier()),
        sa.Column("region", sa.String(5)),
        sa.Column("body", sa.Text(), nullable=False),
    )
    for subject in ("provider_id", "card_ref", "region"):
        present = sa.text(f"{subject} is not null")
        op.create_index(
            f"journal_entry_by_{subject}",
            "journal_entry",
            [subject, "position"],
            postgresql_where=present,
            sqlite_where=present,
        )
    op.create_index(
        "journal_entry_by_instant", "journal_entry", ["recorded_at"], postgresql_using="brin"
    )
