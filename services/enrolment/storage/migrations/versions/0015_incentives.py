"""Owe holders incentives, take surveys, and state what accounts held, by provider and by day."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant
from chassis.journal_schema import forbid_changes_1, forbid_changes_2

revision = "0015"
down_revision = "0014"

_ACCOUNTS = "('state', 'card', 'set_aside', 'paid', 'incentive')"
_OF_PROVIDER = "('set_aside', 'paid')"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        _constrain_movements(_as_it_was())
        forbid_changes_1(op.get_bind(), "movement", key="movement_id")
    op.create_index("movement_by_instant", "movement", ["moved_at"], postgresql_using="brin")
    op.create_index(
        "movement_by_provider",
        "movement",
        ["provider_id", "moved_at", "movement_id"],
        postgresql_include=["cause", "source", "target", "amount", "class_id"],
        postgresql_where=sa.text("provider_id is not null"),
        sqlite_where=sa.text("provider_id is not null"),
    )
    op.create_table(
        "incentive",
        sa.Column("incentive_id", Identifier(), nullable=False),
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("rule_version", sa.String(32), nullable=False),
        sa.Column("due_since", Instant(), nullable=False),
        sa.Column("withdrawal_id", Identifier()),
        sa.Column("withdrawn_at", Instant()),
        sa.PrimaryKeyConstraint("incentive_id"),
        sa.ForeignKeyConstraint(["incentive_id"], ["movement.movement_id"]),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.enrolment_id"]),
        sa.ForeignKeyConstraint(["withdrawal_id"], ["movement.movement_id"]),
        sa.UniqueConstraint("withdrawal_id"),
        sa.CheckConstraint("kind in ('completion', 'survey')", name="incentive_kind_is_known"),
        sa.CheckConstraint("number > 0 and amount > 0", name="incentive_of_something"),
        sa.CheckConstraint(
            "(withdrawal_id is null) = (withdrawn_at is null) and withdrawal_id <> incentive_id",
            name="incentive_withdrawn_by_a_movement",
        ),
    )
    op.create_index("incentive_by_card", "incentive", ["card_ref", "incentive_id"])
    op.create_index(
        "incentive_due_once",
        "incentive",
        ["card_ref", "kind", "number"],
        unique=True,
        postgresql_where=sa.text("withdrawal_id is null"),
        sqlite_where=sa.text("withdrawal_id is null"),
    )
    op.create_table(
        "survey",
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("work", sa.String(16), nullable=False),
        sa.Column("use", sa.SmallInteger(), nullable=False),
        sa.Column("rule_version", sa.String(32), nullable=False),
        sa.Column("handed_in_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("card_ref", "number"),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
        sa.CheckConstraint("number > 0", name="survey_has_a_number"),
        sa.CheckConstraint(
            "work in ('employed', 'self-employed', 'seeking', 'none') and use between 1 and 5",
            name="survey_is_answered",
        ),
    )
    op.create_table(
        "account_day",
        sa.Column("line_id", Identifier(), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("came_in", sa.BigInteger(), nullable=False),
        sa.Column("went_out", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("line_id"),
        sa.UniqueConstraint("account", "day", name="account_day_once"),
        sa.CheckConstraint(
            "came_in >= 0 and went_out >= 0 and closing = opening + came_in - went_out",
            name="account_day_adds_up",
        ),
        sa.CheckConstraint(f"account in {_ACCOUNTS}", name="account_day_of_a_known_account"),
        sa.CheckConstraint("begins_at < ends_at", name="account_day_ends_after_it_begins"),
    )
    forbid_changes_2(op.get_bind(), "account_day", keys=("day", "account"))
    forbid_changes_2(op.get_bind(), "survey", keys=("card_ref", "number"))
    if not sqlite:
        _constrain_movements(None)  # last: it holds the table until the commit


def _constrain_movements(as_it_was: sa.Table | None) -> None:
    """Say between which accounts money moves. SQLite makes the table anew for that, which takes its triggers away."""
    with op.batch_alter_table("movement", copy_from=as_it_was) as batch:
        batch.create_check_constraint(
            "movement_between_known_accounts",
            f"source in {_ACCOUNTS} and target in {_ACCOUNTS}",
        )
        batch.create_check_constraint(
            "movement_of_a_provider_names_its_training",
            f"(source not in {_OF_PROVIDER} and target not in {_OF_PROVIDER})"
            " or (enrolment_id is not null and class_id is not null and provider_id is not null)",
        )


def _as_it_was() -> sa.Table:
    """Return the table of movements before this migration."""
    metadata = sa.MetaData()
    sa.Table("card", metadata, sa.Column("card_ref", Identifier(), primary_key=True))
    return sa.Table(
        "movement",
        metadata,
        sa.Column("movement_id", Identifier(), primary_key=True),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("target", sa.String(16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("card_ref", Identifier(), sa.ForeignKey("card.card_ref"), nullable=False),
        sa.Column("enrolment_id", Identifier()),
        sa.Column("class_id", Identifier()),
        sa.Column("provider_id", Identifier()),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.Column("correction_id", Identifier()),
        sa.CheckConstraint("amount > 0", name="movement_moves_something"),
        sa.CheckConstraint("source <> target", name="movement_between_two_accounts"),
        sa.Index("movement_by_card", "card_ref", "movement_id"),
        sa.Index(
            "movement_once_a_correction",
            "correction_id",
            unique=True,
            sqlite_where=sa.text("correction_id is not null"),
        ),
        sa.Index(
            "movement_once_out_of_set_aside",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text("source = 'set_aside'"),
        ),
    )
