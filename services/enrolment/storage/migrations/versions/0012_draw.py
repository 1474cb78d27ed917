"""Let waves draw among applications, and keep who applied sealed until each is judged."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "wave",
        sa.Column("selection", sa.String(16), server_default="first-come", nullable=False),
    )
    _add_draw()
    op.create_table(
        "draw_chunk",
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("first_place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_ids", sa.Text(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("wave_id", "first_place"),
        sa.ForeignKeyConstraint(["wave_id"], ["draw.wave_id"]),
    )
    _add_application()


def _add_draw() -> None:
    op.create_table(
        "draw",
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("outside_source", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("sealed_secret", sa.Text()),
        sa.Column("announced_at", Instant(), nullable=False),
        sa.Column("announced_position", sa.BigInteger()),
        sa.Column("closed_at", Instant()),
        sa.Column("size", sa.Integer()),
        sa.Column("list_root", sa.String(64)),
        sa.Column("listed_at", Instant()),
        sa.Column("listed_position", sa.BigInteger()),
        sa.Column("outside_value", sa.String(200)),
        sa.Column("value_source", sa.Text()),
        sa.Column("published_at", Instant()),
        sa.Column("entered_by", sa.String(128)),
        sa.Column("entered_at", Instant()),
        sa.Column("entered_position", sa.BigInteger()),
        sa.Column("order_root", sa.String(64)),
        sa.Column("ordered_at", Instant()),
        sa.Column("ordered_position", sa.BigInteger()),
        sa.Column("secret", sa.String(64)),
        sa.Column("revealed_at", Instant()),
        sa.Column("revealed_position", sa.BigInteger()),
        sa.Column("drawn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("refused", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("not_drawn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("halted_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.CheckConstraint(
            "(listed_at is null) = (list_root is null) and (list_root is null) = (size is null)"
            " and (listed_at is null or closed_at is not null)",
            name="draw_listed_once_closed",
        ),
        sa.CheckConstraint(
            "(outside_value is null) = (value_source is null)"
            " and (outside_value is null) = (published_at is null)"
            " and (outside_value is null) = (entered_by is null)"
            " and (outside_value is null) = (entered_at is null)"
            " and (outside_value is null or (listed_at is not null and listed_at < published_at))",
            name="draw_settled_once_listed",
        ),
        sa.CheckConstraint(
            "(ordered_at is null) = (order_root is null)"
            " and (ordered_at is null or outside_value is not null)",
            name="draw_ordered_once_settled",
        ),
        sa.CheckConstraint(
            "(secret is null) = (revealed_at is null) and (secret is null) = (sealed_secret is not null)"
            " and (secret is null or ordered_at is not null)",
            name="draw_revealed_once_ordered",
        ),
        sa.CheckConstraint(
            "drawn >= 0 and refused >= 0 and not_drawn >= 0"
            " and (drawn + refused + not_drawn = 0 or secret is not null)"
            " and drawn + refused + not_drawn <= coalesce(size, 0)"
            " and (ended_at is null or (secret is not null and drawn + refused + not_drawn = size))",
            name="draw_judges_once_revealed",
        ),
        sa.PrimaryKeyConstraint("wave_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"]),
    )


def _add_application() -> None:
    op.create_table(
        "application",
        sa.Column("application_id", Identifier(), nullable=False),
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("nik_digest", sa.String(64)),
        sa.Column("sealed", sa.Text()),
        sa.Column("applied_at", Instant(), nullable=False),
        sa.Column("applied_position", sa.BigInteger()),
        sa.Column("place", sa.Integer()),
        sa.Column("card_ref", Identifier()),
        sa.Column("code", sa.String(64)),
        sa.Column("quota_id", Identifier()),
        sa.Column("ended_position", sa.BigInteger()),
        sa.CheckConstraint(
            "state in ('applied', 'withdrawn', 'drawn', 'refused', 'not-drawn')",
            name="application_state_is_known",
        ),
        sa.CheckConstraint(
            "(state = 'applied') = (sealed is not null) and (sealed is null) = (nik_digest is null)"
            " and (sealed is null) = (ended_position is not null)",
            name="application_forgets_who_made_it",
        ),
        sa.CheckConstraint(
            "(place is not null) = (state in ('drawn', 'refused', 'not-drawn'))"
            " and (card_ref is not null) = (state = 'drawn')"
            " and (code is not null) = (state in ('refused', 'not-drawn'))",
            name="application_judged_as_a_whole",
        ),
        sa.PrimaryKeyConstraint("application_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["draw.wave_id"]),
        sa.ForeignKeyConstraint(["card_ref"], ["card.card_ref"]),
    )
    told_apart = sa.text("nik_digest is not null")
    op.create_index(
        "application_once_a_person",
        "application",
        ["wave_id", "nik_digest"],
        unique=True,
        postgresql_where=told_apart,
        sqlite_where=told_apart,
    )
    op.create_index("application_by_wave", "application", ["wave_id", "application_id"])
