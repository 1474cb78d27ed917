"""Draws, their order, and the applications among which they choose."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

DRAW = sa.Table(
    "draw",
    METADATA,
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id"), primary_key=True),
    sa.Column("outside_source", sa.Text, nullable=False),
    sa.Column("outside_after", Instant, nullable=False),
    sa.Column("commitment", sa.String(64), nullable=False),
    sa.Column("sealed_secret", sa.Text),
    sa.Column("announced_at", Instant, nullable=False),
    sa.Column("announced_position", sa.BigInteger),
    sa.Column("closed_at", Instant),
    sa.Column("size", sa.Integer),
    sa.Column("list_root", sa.String(64)),
    sa.Column("listed_at", Instant),
    sa.Column("listed_position", sa.BigInteger),
    sa.Column("outside_value", sa.String(200)),
    sa.Column("value_source", sa.Text),
    sa.Column("published_at", Instant),
    sa.Column("entered_by", sa.String(128)),
    sa.Column("entered_at", Instant),
    sa.Column("entered_position", sa.BigInteger),
    sa.Column("order_root", sa.String(64)),
    sa.Column("ordered_at", Instant),
    sa.Column("ordered_position", sa.BigInteger),
    sa.Column("secret", sa.String(64)),
    sa.Column("revealed_at", Instant),
    sa.Column("revealed_position", sa.BigInteger),
    sa.Column("drawn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("not_drawn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("halted_at", Instant),
    sa.Column("ended_at", Instant),
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
        " and (outside_value is null or (listed_at is not null and listed_at < published_at"
        " and outside_after <= published_at))",
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
)
"""Draws, as far as each is published. The secret lies sealed until it is told; the positions are those of the entries
that tell of each step.
"""


DRAW_CHUNK = sa.Table(
    "draw_chunk",
    METADATA,
    sa.Column("wave_id", Identifier, sa.ForeignKey("draw.wave_id"), primary_key=True),
    sa.Column("first_place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("application_ids", sa.Text, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
)
"""The order of a draw: from a place on, counted from 0, the ids of the applications that come next, as JSON,
and the root over them."""


APPLICATION = sa.Table(
    "application",
    METADATA,
    sa.Column("application_id", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("draw.wave_id"), nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("nik_digest", sa.String(64)),
    sa.Column("sealed", sa.Text),
    sa.Column("applied_at", Instant, nullable=False),
    sa.Column("applied_position", sa.BigInteger),
    sa.Column("place", sa.Integer),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref")),
    sa.Column("code", sa.String(64)),
    sa.Column("quota_id", Identifier),
    sa.Column("ended_position", sa.BigInteger),
    # Where the journal tells that the person was erased who made it.
    sa.Column("erased_position", sa.BigInteger),
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
    sa.Index(
        "application_once_a_person",
        "wave_id",
        "nik_digest",
        unique=True,
        postgresql_where=sa.text("nik_digest is not null"),
        sqlite_where=sa.text("nik_digest is not null"),
    ),
    sa.Index("application_by_wave", "wave_id", "application_id"),
    sa.Index(
        "application_by_card",
        "card_ref",
        postgresql_where=sa.text("card_ref is not null"),
        sqlite_where=sa.text("card_ref is not null"),
    ),
)
"""Applications, known by a random id. Who made one lies sealed in it until it is withdrawn or judged, and is destroyed
then; `nik_digest` with it, since it tells one person from another only as long as people may apply.
"""
