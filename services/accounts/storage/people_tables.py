"""The tables of people who sign in, as the code uses them; `migrations/` makes them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from chassis.column_types import Identifier, Instant
from services.accounts.storage.tables import METADATA

_ROLES = "'holder', 'provider', 'officer', 'operator', 'auditor'"


def _mandate(table: str) -> list[SchemaItem]:
    """Return the columns of a mandate, and what must hold of them."""
    return [
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("provider", Identifier),
        sa.Column("card", Identifier),
        sa.Column("region", sa.String(5)),
        sa.Column("is_owner", sa.Boolean, nullable=False),
        sa.CheckConstraint(f"role in ({_ROLES})", name=f"{table}_role_is_known"),
        sa.CheckConstraint(
            "(role = 'provider') = (provider is not null)"
            " and (role = 'holder') = (card is not null)"
            " and (role = 'officer') = (region is not null)",
            name=f"{table}_is_bound_as_its_role",
        ),
        sa.CheckConstraint("not is_owner or role = 'provider'", name=f"{table}_owns_a_provider"),
    ]


ACCOUNT = sa.Table(
    "account",
    METADATA,
    sa.Column("account_id", Identifier, primary_key=True),
    *_mandate("account"),
    sa.Column("name_digest", sa.String(64), unique=True),
    sa.Column("sealed", sa.Text),
    sa.Column("password_hash", sa.String(200)),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
    sa.Column("invited_by", sa.String(128)),
    sa.UniqueConstraint("card", name="account_of_a_card_is_one"),
    sa.CheckConstraint(
        "(disabled_at is null) = (name_digest is not null)", name="account_in_force_has_a_name"
    ),
    sa.CheckConstraint(
        "disabled_at is null or (sealed is null and password_hash is null)",
        name="account_disabled_keeps_nothing_personal",
    ),
    sa.Index("account_by_provider", "provider"),
)

SESSION = sa.Table(
    "session",
    METADATA,
    sa.Column("token_digest", sa.String(64), primary_key=True),
    sa.Column("session_id", Identifier, nullable=False, unique=True),
    sa.Column("account_id", Identifier, sa.ForeignKey("account.account_id"), nullable=False),
    sa.Column("authenticated_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Index("session_by_account", "account_id"),
)

DEVICE = sa.Table(
    "device",
    METADATA,
    sa.Column("token_digest", sa.String(64), primary_key=True),
    sa.Column("account_id", Identifier, sa.ForeignKey("account.account_id"), primary_key=True),
    sa.Column("first_seen_at", Instant, nullable=False),
    sa.Column("last_seen_at", Instant, nullable=False),
    sa.Index("device_by_account", "account_id"),
)

GUESSES_AT_NAME = sa.Table(
    "guesses_at_name",
    METADATA,
    sa.Column("name_key", sa.String(64), primary_key=True),
    sa.Column("guesses", sa.Integer, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.CheckConstraint("guesses >= 0", name="guesses_at_name_are_counted"),
)

_TRIED = "attempts >= 0 and attempts <= 5"


def _attempts_of_before() -> sa.Column[int]:
    """Return a column that only versions before 0004 count in: their code is at work beside ours for a while."""
    return sa.Column("attempts", sa.SmallInteger, nullable=False, default=0)


ONE_TIME_CODE = sa.Table(
    "one_time_code",
    METADATA,
    sa.Column("flow_digest", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("name_digest", sa.String(64), nullable=False),
    sa.Column("account_id", Identifier),
    sa.Column("card", Identifier),
    sa.Column("code_digest", sa.String(64), nullable=False),
    sa.Column("attempts", sa.SmallInteger, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.CheckConstraint("purpose in ('holder', 'staff')", name="one_time_code_purpose_is_known"),
    sa.CheckConstraint(_TRIED, name="one_time_code_is_tried_five_times"),
    sa.Index("one_time_code_by_name", "name_digest", "created_at"),
)

RECOVERY = sa.Table(
    "recovery",
    METADATA,
    sa.Column("recovery_id", Identifier, primary_key=True),
    sa.Column("card", Identifier, nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("name_digest", sa.String(64), nullable=False),
    sa.Column("started_by", sa.String(128), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("code_digest", sa.String(64), nullable=False),
    _attempts_of_before(),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("withdrawn_at", Instant),
    sa.CheckConstraint(_TRIED, name="recovery_is_tried_five_times"),
    sa.CheckConstraint("used_at is null or withdrawn_at is null", name="recovery_ends_once"),
    sa.Index("recovery_by_name", "name_digest"),
    sa.Index("recovery_by_region", "region", "recovery_id"),
    sa.Index(
        "recovery_of_a_card_is_one",
        "card",
        unique=True,
        postgresql_where=sa.text("used_at is null and withdrawn_at is null"),
        sqlite_where=sa.text("used_at is null and withdrawn_at is null"),
    ),
)

INVITATION = sa.Table(
    "invitation",
    METADATA,
    sa.Column("invitation_id", Identifier, primary_key=True),
    *_mandate("invitation"),
    sa.Column("name_digest", sa.String(64)),
    sa.Column("sealed", sa.Text),
    sa.Column("code_digest", sa.String(64), nullable=False),
    _attempts_of_before(),
    sa.Column("invited_by", sa.String(128), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("accepted_at", Instant),
    sa.Column("withdrawn_at", Instant),
    sa.CheckConstraint("attempts >= 0 and attempts <= 20", name="invitation_is_tried_twenty_times"),
    sa.CheckConstraint("accepted_at is null or withdrawn_at is null", name="invitation_ends_once"),
    sa.CheckConstraint(
        "(accepted_at is null and withdrawn_at is null) or (sealed is null and name_digest is null)",
        name="invitation_ended_keeps_nothing_personal",
    ),
    sa.CheckConstraint("role <> 'holder'", name="invitation_is_for_staff"),
    sa.Index("invitation_by_name", "name_digest"),
    sa.Index("invitation_by_provider", "provider", "invitation_id"),
)

MESSAGE = sa.Table(
    "message",
    METADATA,
    sa.Column("message_id", Identifier, primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("sealed", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("next_try_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("sent_at", Instant),
    sa.Column("given_up_at", Instant),
    sa.CheckConstraint("channel in ('card', 'email')", name="message_channel_is_known"),
    sa.CheckConstraint(
        "(sent_at is null and given_up_at is null) = (sealed is not null)",
        name="message_is_destroyed_when_done",
    ),
    sa.Index(
        "message_by_end",
        "expires_at",
        postgresql_where=sa.text("sealed is not null"),
        sqlite_where=sa.text("sealed is not null"),
    ),
    # By which the release before looks for what is due.
    sa.Index(
        "message_to_send",
        "next_try_at",
        postgresql_where=sa.text("sealed is not null"),
        sqlite_where=sa.text("sealed is not null"),
    ),
)

MOVED_CLASS = sa.Table(
    "moved_class",
    METADATA,
    # That of the entry in enrolment's journal which says that the class was moved.
    sa.Column("entry_digest", sa.String(64), primary_key=True),
    sa.Column("class_id", Identifier, nullable=False),
    sa.Column("moved_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    # Up to which enrolment its people are told; nobody is yet where it is null. The row goes with the last of them.
    sa.Column("told_to", Identifier),
)
