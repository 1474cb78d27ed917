"""The catalogue's tables as they are now. How they came to be is told by the migrations."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.follower import follower_table
from chassis.idempotency import stored_answer_table
from chassis.journal import journal_tables
from services.catalog.domain.class_plans import MOST_SEATS
from services.catalog.domain.classes import ClassStatus
from services.catalog.domain.courses import LEAST_HOURS, CourseStatus, Mode, Track
from services.catalog.domain.entry_kinds import EntryKind
from services.catalog.domain.providers import ProviderStatus

METADATA = sa.MetaData()


def _one_of(
    column: str,
    words: type[CourseStatus | ClassStatus | Mode | Track] | Sequence[ProviderStatus],
) -> str:
    return f"{column} in ({', '.join(repr(word.value) for word in words)})"


STORED_STATUS = tuple(status for status in ProviderStatus if status is not ProviderStatus.SUSPENDED)

PROVIDER = sa.Table(
    "provider",
    METADATA,
    sa.Column("provider_id", Identifier, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("regency", sa.String(5)),
    sa.Column("email", sa.String(254)),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name_key", sa.String(64)),
    # Beside the status, not in it: to the code before this column one that is suspended is what it was, approved.
    sa.Column(
        "suspended",
        sa.Boolean,
        sa.CheckConstraint(
            "not suspended or status = 'approved'", name="provider_suspended_was_approved"
        ),
        nullable=False,
        server_default=sa.false(),
    ),
    sa.CheckConstraint(_one_of("status", STORED_STATUS), name="provider_status_is_known"),
    sa.Index("provider_by_status", "status", "provider_id"),
    sa.Index(
        "provider_suspended",
        "provider_id",
        postgresql_where=sa.text("suspended"),
        sqlite_where=sa.text("suspended = 1"),
    ),
)
NAME_HELD_ONCE = sa.Index("provider_name_is_held_once", PROVIDER.c.name_key, unique=True)

COURSE = sa.Table(
    "course",
    METADATA,
    sa.Column("course_id", Identifier, primary_key=True),
    sa.Column("provider_id", Identifier, sa.ForeignKey(PROVIDER.c.provider_id), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("title_folded", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("outcomes", sa.JSON, nullable=False),
    sa.Column("track", sa.String(16), nullable=False),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("competency_codes", sa.JSON, nullable=False),
    sa.Column("hours", sa.Integer, nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("sample_price", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(3), nullable=False),
    sa.Column("prerequisites", sa.JSON, nullable=False),
    sa.Column("category", sa.String(100)),
    sa.Column("units", sa.JSON, nullable=False),
    sa.CheckConstraint(_one_of("status", CourseStatus), name="course_status_is_known"),
    sa.CheckConstraint(_one_of("track", Track), name="course_track_is_known"),
    sa.CheckConstraint(_one_of("mode", Mode), name="course_mode_is_known"),
    sa.CheckConstraint(f"hours >= {LEAST_HOURS}", name="course_is_long_enough"),
    sa.CheckConstraint("price >= 0", name="course_price_is_not_negative"),
    sa.Index("course_by_status", "status", "course_id"),
    sa.Index("course_by_provider", "provider_id", "course_id"),
)

TRAINING_CLASS = sa.Table(
    "training_class",
    METADATA,
    sa.Column("class_id", Identifier, primary_key=True),
    sa.Column("course_id", Identifier, sa.ForeignKey(COURSE.c.course_id), nullable=False),
    sa.Column("provider_id", Identifier, sa.ForeignKey(PROVIDER.c.provider_id), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("trainers", sa.Integer, nullable=False),
    sa.Column("zone", sa.String(32), nullable=False),
    sa.Column("link", sa.Text),
    sa.Column("venue", sa.Text),
    sa.Column("regency", sa.String(5)),
    sa.Column("nationwide", sa.Boolean, nullable=False),
    sa.Column("registration_opens", Instant, nullable=False),
    sa.Column("registration_closes", Instant, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("meetings", sa.JSON, nullable=False),
    # Not known of a class that was offered before this column was there.
    sa.Column("rule_version", sa.String(32)),
    sa.CheckConstraint(_one_of("status", ClassStatus), name="class_status_is_known"),
    sa.CheckConstraint(
        "(mode = 'online' and link is not null and venue is null and regency is null)"
        " or (mode = 'offline' and link is null and venue is not null and regency is not null)",
        name="class_has_the_place_of_its_mode",
    ),
    sa.CheckConstraint(f"seats between 1 and {MOST_SEATS}", name="class_seats_within_bounds"),
    sa.CheckConstraint("price >= 0", name="class_price_is_not_negative"),
    sa.CheckConstraint(
        "registration_opens < registration_closes and registration_closes <= starts_at"
        " and starts_at < ends_at",
        name="class_instants_in_order",
    ),
    sa.Index("class_by_course", "course_id", "class_id"),
    sa.Index("class_by_provider", "provider_id", "class_id"),
    sa.Index("class_by_status", "status", "class_id"),
    sa.Index("class_by_regency", "regency", "class_id"),
    sa.Index("class_by_closing", "registration_closes"),
)

CLASS_REGION = sa.Table(
    "class_region",
    METADATA,
    sa.Column("class_id", Identifier, sa.ForeignKey(TRAINING_CLASS.c.class_id), primary_key=True),
    sa.Column("region", sa.String(5), primary_key=True),
    sa.Index("class_region_by_region", "region", "class_id"),
)
"""The regions a class serves; none where it serves the whole country (`nationwide`)."""

CLASS_SEATS = sa.Table(
    "class_seats",
    METADATA,
    sa.Column("class_id", Identifier, primary_key=True),
    sa.Column("held", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.CheckConstraint("held >= 0", name="class_seats_held_is_not_negative"),
)
"""How many seats are held, as enrolment said last; no foreign key, since it is another service's word."""

RULE_COPY = sa.Table(
    "rule_copy",
    METADATA,
    sa.Column("version", sa.String(16), primary_key=True),
    sa.Column("effective_from", sa.String(10), nullable=False),
    sa.Column("numbers", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)
"""Versions of the rules that operators scheduled, as enrolment told last: another service's word, copied as a whole."""

SEATS_FLIP = sa.Table(
    "seats_flip",
    METADATA,
    sa.Column("flip_id", Identifier, primary_key=True),
    sa.Column("course_id", Identifier, nullable=False),
)
"""A course with a class that filled up or came free again, until the search index knows of it."""

JOURNAL = journal_tables(
    METADATA,
    subjects={
        "class_id": Identifier(),
        "course_id": Identifier(),
        "provider_id": Identifier(),
        "region": sa.String(5),
    },
    kinds=tuple(EntryKind),
)
STORED_ANSWER = stored_answer_table(METADATA)
FOLLOWER_STATE = follower_table(METADATA)
