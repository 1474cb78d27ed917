"""Create providers, courses, classes and the journal."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant
from chassis.journal_schema import protect_journal_1

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_provider()
    _create_course()
    _create_training_class()
    _create_class_region_and_seats()
    _create_journal()
    _create_plumbing()
    protect_journal_1(op.get_bind())


def _create_provider() -> None:
    op.create_table(
        "provider",
        sa.Column("provider_id", Identifier, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("regency", sa.String(5)),
        sa.Column("email", sa.String(254)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "status in ('applied', 'approved', 'refused')", name="provider_status_is_known"
        ),
    )
    op.create_index("provider_by_status", "provider", ["status", "provider_id"])


def _create_course() -> None:
    op.create_table(
        "course",
        sa.Column("course_id", Identifier, primary_key=True),
        sa.Column("provider_id", Identifier, sa.ForeignKey("provider.provider_id"), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
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
        sa.CheckConstraint(
            "status in ('draft', 'submitted', 'published', 'returned', 'archived')",
            name="course_status_is_known",
        ),
        sa.CheckConstraint(
            "track in ('skilling', 'reskilling', 'upskilling')", name="course_track_is_known"
        ),
        sa.CheckConstraint("mode in ('online', 'offline')", name="course_mode_is_known"),
        sa.CheckConstraint("hours >= 15", name="course_is_long_enough"),
        sa.CheckConstraint("price >= 0", name="course_price_is_not_negative"),
    )
    op.create_index("course_by_status", "course", ["status", "course_id"])
    op.create_index("course_by_provider", "course", ["provider_id", "course_id"])


def _create_training_class() -> None:
    op.create_table(
        "training_class",
        sa.Column("class_id", Identifier, primary_key=True),
        sa.Column("course_id", Identifier, sa.ForeignKey("course.course_id"), nullable=False),
        sa.Column("provider_id", Identifier, sa.ForeignKey("provider.provider_id"), nullable=False),
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
        sa.CheckConstraint(
            "status in ('published', 'closed', 'cancelled')", name="class_status_is_known"
        ),
        sa.CheckConstraint(
            "(mode = 'online' and link is not null and venue is null and regency is null)"
            " or (mode = 'offline' and link is null and venue is not null and regency is not null)",
            name="class_has_the_place_of_its_mode",
        ),
        sa.CheckConstraint("seats between 1 and 10000", name="class_seats_within_bounds"),
        sa.CheckConstraint("price >= 0", name="class_price_is_not_negative"),
        sa.CheckConstraint(
            "registration_opens < registration_closes and registration_closes <= starts_at"
            " and starts_at < ends_at",
            name="class_instants_in_order",
        ),
    )
    op.create_index("class_by_course", "training_class", ["course_id", "class_id"])
    op.create_index("class_by_provider", "training_class", ["provider_id", "class_id"])
    op.create_index("class_by_status", "training_class", ["status", "class_id"])
    op.create_index("class_by_regency", "training_class", ["regency", "class_id"])


def _create_class_region_and_seats() -> None:
    op.create_table(
        "class_region",
        sa.Column(
            "class_id", Identifier, sa.ForeignKey("training_class.class_id"), primary_key=True
        ),
        sa.Column("region", sa.String(5), primary_key=True),
    )
    op.create_index("class_region_by_region", "class_region", ["region", "class_id"])
    op.create_table(
        "class_seats",
        sa.Column("class_id", Identifier, primary_key=True),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.CheckConstraint("held >= 0", name="class_seats_held_is_not_negative"),
    )


def _create_journal() -> None:
    subjects = ("class_id", "course_id", "provider_id", "region")
    op.create_table(
        "journal_entry",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("rule_version", sa.String(32)),
        sa.Column("class_id", Identifier),
        sa.Column("course_id", Identifier),
        sa.Column("provider_id", Identifier),
        sa.Column("region", sa.String(5)),
        sa.Column("body", sa.Text, nullable=False),
    )
    for subject in subjects:
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
    op.create_table(
        "journal_head",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("epoch", Identifier, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.CheckConstraint("id = 1", name="journal_has_one_head"),
    )


def _create_plumbing() -> None:
    op.create_table(
        "stored_answer",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("stored_at", Instant, nullable=False),
    )
    op.create_index("stored_answer_by_age", "stored_answer", ["stored_at"])
    op.create_table(
        "follower_state",
        sa.Column("source", sa.String(32), primary_key=True),
        sa.Column("epoch", Identifier),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("checked_at", Instant, nullable=False),
    )
