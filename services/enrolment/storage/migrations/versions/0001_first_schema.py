"""The first schema: waves, cards, persons, classes, enrolments, movements, the journal."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant
from chassis.journal_schema import forbid_changes_1, protect_journal_1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follower_state",
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("epoch", Identifier(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "journal_entry",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=True),
        sa.Column("class_id", Identifier(), nullable=True),
        sa.Column("provider_id", Identifier(), nullable=True),
        sa.Column("card_ref", Identifier(), nullable=True),
        sa.Column("region", sa.String(length=5), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index(
        "journal_entry_by_card_ref",
        "journal_entry",
        ["card_ref", "position"],
        unique=False,
        postgresql_where=sa.text("card_ref is not null"),
        sqlite_where=sa.text("card_ref is not null"),
    )
    op.create_index(
        "journal_entry_by_class_id",
        "journal_entry",
        ["class_id", "position"],
        unique=False,
        postgresql_where=sa.text("class_id is not null"),
        sqlite_where=sa.text("class_id is not null"),
    )
    op.create_index(
        "journal_entry_by_instant",
        "journal_entry",
        ["recorded_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "journal_entry_by_provider_id",
        "journal_entry",
        ["provider_id", "position"],
        unique=False,
        postgresql_where=sa.text("provider_id is not null"),
        sqlite_where=sa.text("provider_id is not null"),
    )
    op.create_index(
        "journal_entry_by_region",
        "journal_entry",
        ["region", "position"],
        unique=False,
        postgresql_where=sa.text("region is not null"),
        sqlite_where=sa.text("region is not null"),
    )
    op.create_table(
        "journal_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", Identifier(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint("id = 1", name="journal_has_one_head"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "stored_answer",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("stored_answer_by_age", "stored_answer", ["stored_at"], unique=False)
    op.create_table(
        "training_class",
        sa.Column("class_id", Identifier(), nullable=False),
        sa.Column("course_id", Identifier(), nullable=False),
        sa.Column("course_title", sa.Text(), nullable=False),
        sa.Column("provider_id", Identifier(), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("declared_seats", sa.Integer(), nullable=False),
        sa.Column("effective_seats", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), server_default="0", nullable=False),
        sa.Column("zone", sa.String(length=32), nullable=False),
        sa.Column("registration_opens", Instant(), nullable=False),
        sa.Column("registration_closes", Instant(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("meetings", sa.Text(), nullable=False),
        sa.CheckConstraint("effective_seats >= declared_seats", name="class_keeps_declared_seats"),
        sa.CheckConstraint("held <= effective_seats", name="class_never_oversold"),
        sa.CheckConstraint("held >= 0", name="class_holds_no_negative_seats"),
        sa.CheckConstraint("price >= 0", name="class_price_never_negative"),
        sa.PrimaryKeyConstraint("class_id"),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index(
        "training_class_called_off",
        "training_class",
        ["class_id"],
        unique=False,
        postgresql_where=sa.text("status = 'cancelled'"),
        sqlite_where=sa.text("status = 'cancelled'"),
    )
    op.create_table(
        "wave",
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("opens_at", Instant(), nullable=False),
        sa.Column("closes_at", Instant(), nullable=False),
        sa.Column("admitted", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name="wave_opens_before_it_closes"),
        sa.PrimaryKeyConstraint("wave_id"),
    )
    op.create_table(
        "card",
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("deadline", Instant(), nullable=True),
        sa.Column("region", sa.String(length=5), nullable=False),
        sa.Column("cluster", sa.String(length=16), nullable=True),
        sa.Column("awarded_at", Instant(), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.CheckConstraint("balance >= 0", name="card_balance_never_negative"),
        sa.ForeignKeyConstraint(
            ["wave_id"],
            ["wave.wave_id"],
        ),
        sa.PrimaryKeyConstraint("card_ref"),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_table(
        "enrolment",
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("class_id", Identifier(), nullable=False),
        sa.Column("provider_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", Instant(), nullable=False),
        sa.Column("live_slot", sa.SmallInteger(), nullable=True),
        sa.Column("card_state_before", sa.String(length=16), nullable=False),
        sa.Column("card_deadline_before", Instant(), nullable=True),
        sa.Column("reviewed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rule_version", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "(live_slot is not null) = (state in ('confirmed', 'active'))",
            name="enrolment_has_a_slot_while_live",
        ),
        sa.ForeignKeyConstraint(
            ["card_ref"],
            ["card.card_ref"],
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["training_class.class_id"],
        ),
        sa.PrimaryKeyConstraint("enrolment_id"),
        postgresql_with={"fillfactor": "90"},
    )
    op.create_index("enrolment_by_class", "enrolment", ["class_id", "enrolment_id"], unique=False)
    op.create_index(
        "enrolment_by_provider", "enrolment", ["provider_id", "enrolment_id"], unique=False
    )
    op.create_index(
        "enrolment_once_a_class",
        "enrolment",
        ["card_ref", "class_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "enrolment_one_a_slot",
        "enrolment",
        ["card_ref", "live_slot"],
        unique=True,
        postgresql_where=sa.text("live_slot is not null"),
        sqlite_where=sa.text("live_slot is not null"),
    )
    op.create_table(
        "movement",
        sa.Column("movement_id", Identifier(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("enrolment_id", Identifier(), nullable=True),
        sa.Column("class_id", Identifier(), nullable=True),
        sa.Column("provider_id", Identifier(), nullable=True),
        sa.Column("moved_at", Instant(), nullable=False),
        sa.CheckConstraint("amount > 0", name="movement_moves_something"),
        sa.CheckConstraint("source <> target", name="movement_between_two_accounts"),
        sa.ForeignKeyConstraint(
            ["card_ref"],
            ["card.card_ref"],
        ),
        sa.PrimaryKeyConstraint("movement_id"),
    )
    op.create_index("movement_by_card", "movement", ["card_ref", "movement_id"], unique=False)
    op.create_table(
        "person",
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("nik_digest", sa.String(length=64), nullable=False),
        sa.Column("family_digest", sa.String(length=64), nullable=False),
        sa.Column("card_number_digest", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_ref"],
            ["card.card_ref"],
        ),
        sa.PrimaryKeyConstraint("card_ref"),
        sa.UniqueConstraint("card_number_digest"),
        sa.UniqueConstraint("nik_digest"),
    )
    op.create_index("person_by_family", "person", ["family_digest"], unique=False)
    protect_journal_1(op.get_bind())
    forbid_changes_1(op.get_bind(), "movement", key="movement_id")
