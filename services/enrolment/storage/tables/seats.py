"""Classes as the catalogue tells of them, who is in them or waits for a seat, and which providers are suspended."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

TRAINING_CLASS = sa.Table(
    "training_class",
    METADATA,
    sa.Column("class_id", Identifier, primary_key=True),
    sa.Column("course_id", Identifier, nullable=False),
    sa.Column("course_title", sa.Text, nullable=False),
    sa.Column("provider_id", Identifier, nullable=False),
    # Not known of a class that was copied before this column was there, until the catalogue is followed again.
    sa.Column("track", sa.String(16)),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("declared_seats", sa.Integer, nullable=False),
    sa.Column("effective_seats", sa.Integer, nullable=False),
    sa.Column("held", sa.Integer, nullable=False, server_default="0"),
    sa.Column("zone", sa.String(32), nullable=False),
    sa.Column("registration_opens", Instant, nullable=False),
    sa.Column("registration_closes", Instant, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("meetings", sa.Text, nullable=False),
    # Whether the last of them is the final test; not known, like the track, until the catalogue is followed again.
    sa.Column("has_final_test", sa.Boolean),
    # What the limits of a class look at, and the rules that judged it; not known, like the track, until then.
    sa.Column("hours", sa.Integer),
    sa.Column("trainers", sa.Integer),
    sa.Column("rule_version", sa.String(32)),
    # Seats kept for those of the waiting list to whom they are offered; who waits; who ever joined the list.
    sa.Column("offered", sa.Integer, nullable=False, server_default="0"),
    sa.Column("waiting", sa.Integer, nullable=False, server_default="0"),
    sa.Column("joined", sa.Integer, nullable=False, server_default="0"),
    # Where it is held: not known, like the track, until then. When it was last moved with people in it, and the entry
    # that says so.
    sa.Column("venue", sa.Text),
    sa.Column("moved_at", Instant),
    sa.Column("moved_position", sa.BigInteger),
    sa.CheckConstraint(
        "(moved_at is null) = (moved_position is null)", name="class_moved_as_an_entry_says"
    ),
    sa.CheckConstraint("held >= 0", name="class_holds_no_negative_seats"),
    sa.CheckConstraint("held <= effective_seats", name="class_never_oversold"),
    sa.CheckConstraint(
        "offered >= 0 and held + offered <= effective_seats", name="class_keeps_offered_seats"
    ),
    sa.CheckConstraint("waiting >= 0", name="class_has_no_negative_list"),
    sa.CheckConstraint("effective_seats >= declared_seats", name="class_keeps_declared_seats"),
    sa.CheckConstraint("price >= 0", name="class_price_never_negative"),
    # Not of the seats held: a class that fills must not have to change an index with every seat.
    sa.Index(
        "training_class_called_off",
        "class_id",
        postgresql_where=sa.text("status = 'cancelled'"),
        sqlite_where=sa.text("status = 'cancelled'"),
    ),
    sa.Index(
        "training_class_by_course",
        "course_id",
        "starts_at",
        postgresql_where=sa.text("status = 'published'"),
        sqlite_where=sa.text("status = 'published'"),
    ),
    sa.Index(
        "training_class_with_list",
        "class_id",
        postgresql_where=sa.text("waiting > 0 or offered > 0"),
        sqlite_where=sa.text("waiting > 0 or offered > 0"),
    ),
    postgresql_with={"fillfactor": "50"},
)


ENROLMENT = sa.Table(
    "enrolment",
    METADATA,
    sa.Column("enrolment_id", Identifier, primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("class_id", Identifier, sa.ForeignKey("training_class.class_id"), nullable=False),
    sa.Column("provider_id", Identifier, nullable=False),
    sa.Column("track", sa.String(16)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("enrolled_at", Instant, nullable=False),
    sa.Column("live_slot", sa.SmallInteger),
    sa.Column("card_state_before", sa.String(16), nullable=False),
    sa.Column("card_deadline_before", Instant),
    sa.Column("reviewed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("holder_due_at", Instant),
    sa.Column("provider_due_at", Instant),
    sa.Column("open_again_at", Instant),
    sa.Column("assisted", sa.Boolean, nullable=False, server_default=sa.false()),
    # Said of the holder by whoever assisted; the release before wrote neither of the two down.
    sa.Column("consent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(
        "enrolment_once_a_class",
        "card_ref",
        "class_id",
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    ),
    sa.Index(
        "enrolment_one_a_slot",
        "card_ref",
        "live_slot",
        unique=True,
        postgresql_where=sa.text("live_slot is not null"),
        sqlite_where=sa.text("live_slot is not null"),
    ),
    sa.Index("enrolment_by_class", "class_id", "enrolment_id"),
    sa.Index("enrolment_by_provider", "provider_id", "enrolment_id"),
    sa.Index(
        "enrolment_by_holder_due",
        "holder_due_at",
        "enrolment_id",
        postgresql_where=sa.text("holder_due_at is not null"),
        sqlite_where=sa.text("holder_due_at is not null"),
    ),
    sa.Index(
        "enrolment_by_provider_due",
        "provider_due_at",
        "enrolment_id",
        postgresql_where=sa.text("provider_due_at is not null"),
        sqlite_where=sa.text("provider_due_at is not null"),
    ),
    # What the last release wrote, and what was in a class that moved: empty but for a moment.
    sa.Index(
        "enrolment_without_due",
        "enrolment_id",
        postgresql_where=sa.text("live_slot is not null and provider_due_at is null"),
        sqlite_where=sa.text("live_slot is not null and provider_due_at is null"),
    ),
    sa.CheckConstraint(
        "(live_slot is not null) = (state in ('confirmed', 'active'))",
        name="enrolment_has_a_slot_while_live",
    ),
    sa.CheckConstraint("consent or not assisted", name="enrolment_assisted_with_consent"),
    postgresql_with={"fillfactor": "90"},
)


PLACE = sa.Table(
    "place",
    METADATA,
    sa.Column("enrolment_id", Identifier, primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("class_id", Identifier, sa.ForeignKey("training_class.class_id"), nullable=False),
    sa.Column("provider_id", Identifier, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("joined_at", Instant, nullable=False),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("offered_at", Instant),
    sa.Column("offer_expires_at", Instant),
    sa.Column("released", sa.String(24)),
    sa.Column("assisted", sa.Boolean, nullable=False),
    sa.Column("consent", sa.Boolean, nullable=False),
    sa.UniqueConstraint("class_id", "number", name="place_number_once_a_class"),
    sa.CheckConstraint(
        "state in ('waitlisted', 'offered', 'accepted', 'released')", name="place_state_is_known"
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
    sa.Index(
        "place_once_a_list",
        "card_ref",
        "class_id",
        unique=True,
        postgresql_where=sa.text("state in ('waitlisted', 'offered')"),
        sqlite_where=sa.text("state in ('waitlisted', 'offered')"),
    ),
    sa.Index(
        "place_in_line",
        "class_id",
        "number",
        postgresql_where=sa.text("state = 'waitlisted'"),
        sqlite_where=sa.text("state = 'waitlisted'"),
    ),
    sa.Index(
        "place_offered",
        "class_id",
        "offer_expires_at",
        postgresql_where=sa.text("state = 'offered'"),
        sqlite_where=sa.text("state = 'offered'"),
    ),
    sa.Index("place_by_card", "card_ref", "enrolment_id"),
    sa.Index("place_by_provider", "provider_id", "enrolment_id"),
)
"""Places in the waiting lists of classes; whoever changes one holds its class. One that was accepted goes on as the
enrolment with its id.
"""


SUSPENSION = sa.Table(
    "suspension",
    METADATA,
    sa.Column("provider_id", Identifier, primary_key=True),
    sa.Column("in_force", sa.Boolean, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)
"""Providers that are or were suspended, and where the journal tells of that last; apart from their classes, of which
there may be ten thousand.
"""
