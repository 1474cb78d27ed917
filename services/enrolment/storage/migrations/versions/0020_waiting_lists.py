"""Let people wait for a seat in a full class, and keep the seats that are offered to them."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    for name, check in (
        (
            "offered",
            ("offered >= 0 and held + offered <= effective_seats", "class_keeps_offered_seats"),
        ),
        ("waiting", ("waiting >= 0", "class_has_no_negative_list")),
        ("joined", None),
    ):
        checks = [] if check is None else [sa.CheckConstraint(check[0], name=check[1])]
        op.add_column(
            "training_class",
            sa.Column(name, sa.Integer(), *checks, nullable=False, server_default="0"),
        )
    op.create_index(
        "training_class_with_list",
        "training_class",
        ["class_id"],
        postgresql_where=sa.text("waiting > 0 or offered > 0"),
        sqlite_where=sa.text("waiting > 0 or offered > 0"),
    )
    op.create_table(
        "place",
        sa.Column("enrolment_id", Identifier(), nullable=False),
        sa.Column("card_ref", Identifier(), nullable=False),
        sa.Column("class_id", Identifier(), nullable=False),
        sa.Column("provider_id", Identifier(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("rule_version", sa.String(32), nullable=False),
        sa.Column("offered_at", Instant()),
        sa.Column("offer_expires_at", Instant()),
        sa.Column("released", sa.String(24)),
        sa.Column("assisted", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("enrolment_id"),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
        sa.ForeignKeyConstraint(["class_id"], ["training_class.class_id"]),
        sa.UniqueConstraint("class_id", "number", name="place_number_once_a_class"),
        sa.CheckConstraint(
            "state in ('waitlisted', 'offered', 'accepted', 'released')",
            name="place_state_is_known",
        ),
        sa.CheckConstraint("number > 0", name="place_numbers_begin_with_one"),
        sa.CheckConstraint(
            "(offered_at is null) = (offer_expires_at is null)"
            " and (state not in ('offered', 'accepted') or offered_at is not null)"
            " and (state <> 'waitlisted' or offered_at is null)",
            name="place_was_offered",
        ),
        sa.CheckConstraint(
            "(state = 'released') = (released is not null)", name="place_is_released_for_a_reason"
        ),
        sa.CheckConstraint("consent or not assisted", name="place_assisted_with_consent"),
    )
    for name, columns, unique, condition in (
        (
            "place_once_a_list",
            ["card_ref", "class_id"],
            True,
            "state in ('waitlisted', 'offered')",
        ),
        ("place_in_line", ["class_id", "number"], False, "state = 'waitlisted'"),
        ("place_offered", ["class_id", "offer_expires_at"], False, "state = 'offered'"),
        ("place_by_card", ["card_ref", "enrolment_id"], False, None),
        ("place_by_provider", ["provider_id", "enrolment_id"], False, None),
    ):
        where = None if condition is None else sa.text(condition)
        op.create_index(
            name, "place", columns, unique=unique, postgresql_where=where, sqlite_where=where
        )
