"""People who sign in: accounts, sessions, devices, codes, recoveries, invitations, messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from chassis.column_types import Identifier, Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROLES = "'holder', 'provider', 'officer', 'operator', 'auditor'"


_TRIED = "attempts >= 0 and attempts <= 5"


def upgrade() -> None:
    _create_account()
    _create_session()
    _create_device()
    _create_one_time_code()
    _create_recovery()
    _create_invitation()
    _create_message()


def _mandate(table: str) -> list[SchemaItem]:
    """Return the columns of a mandate, and what must hold of them."""
    return [
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("provider", Identifier()),
        sa.Column("card", Identifier()),
        sa.Column("region", sa.String(5)),
        sa.Column("is_owner", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"role in ({_ROLES})", name=f"{table}_role_is_known"),
        sa.CheckConstraint(
            "(role = 'provider') = (provider is not null)"
            " and (role = 'holder') = (card is not null)"
            " and (role = 'officer') = (region is not null)",
            name=f"{table}_is_bound_as_its_role",
        ),
        sa.CheckConstraint("not is_owner or role = 'provider'", name=f"{table}_owns_a_provider"),
    ]


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", Identifier(), primary_key=True),
        *_mandate("account"),
        sa.Column("name_digest", sa.String(64), unique=True),
        sa.Column("sealed", sa.Text()),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant()),
        sa.UniqueConstraint("card", name="account_of_a_card_is_one"),
        sa.CheckConstraint(
            "(disabled_at is null) = (name_digest is not null)", name="account_in_force_has_a_name"
        ),
        sa.CheckConstraint(
            "disabled_at is null or (sealed is null and password_hash is null)",
            name="account_disabled_keeps_nothing_personal",
        ),
    )
    op.create_index("account_by_provider", "account", ["provider"])


def _create_session() -> None:
    op.create_table(
        "session",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column("session_id", Identifier(), nullable=False, unique=True),
        sa.Column("account_id", Identifier(), sa.ForeignKey("account.account_id"), nullable=False),
        sa.Column("authenticated_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
    )
    op.create_index("session_by_account", "session", ["account_id"])


def _create_device() -> None:
    op.create_table(
        "device",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column(
            "account_id", Identifier(), sa.ForeignKey("account.account_id"), primary_key=True
        ),
        sa.Column("first_seen_at", Instant(), nullable=False),
        sa.Column("last_seen_at", Instant(), nullable=False),
    )
    op.create_index("device_by_account", "device", ["account_id"])


def _create_one_time_code() -> None:
    op.create_table(
        "one_time_code",
        sa.Column("flow_digest", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("name_digest", sa.String(64), nullable=False),
        sa.Column("account_id", Identifier()),
        sa.Column("card", Identifier()),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant()),
        sa.CheckConstraint("purpose in ('holder', 'staff')", name="one_time_code_purpose_is_known"),
        sa.CheckConstraint(_TRIED, name="one_time_code_is_tried_five_times"),
    )
    op.create_index("one_time_code_by_name", "one_time_code", ["name_digest", "created_at"])


def _create_recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("recovery_id", Identifier(), primary_key=True),
        sa.Column("card", Identifier(), nullable=False),
        sa.Column("region", sa.String(5), nullable=False),
        sa.Column("name_digest", sa.String(64), nullable=False),
        sa.Column("started_by", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant()),
        sa.Column("withdrawn_at", Instant()),
        sa.CheckConstraint(_TRIED, name="recovery_is_tried_five_times"),
        sa.CheckConstraint("used_at is null or withdrawn_at is null", name="recovery_ends_once"),
    )
    op.create_index("recovery_by_name", "recovery", ["name_digest"])
    op.create_index("recovery_by_region", "recovery", ["region", "recovery_id"])
    op.create_index(
        "recovery_of_a_card_is_one",
        "recovery",
        ["card"],
        unique=True,
        postgresql_where=sa.text("used_at is null and withdrawn_at is null"),
        sqlite_where=sa.text("used_at is null and withdrawn_at is null"),
    )


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("invitation_id", Identifier(), primary_key=True),
        *_mandate("invitation"),
        sa.Column("name_digest", sa.String(64)),
        sa.Column("sealed", sa.Text()),
        sa.Column("code_digest", sa.String(64), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("invited_by", sa.String(128), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("accepted_at", Instant()),
        sa.Column("withdrawn_at", Instant()),
        sa.CheckConstraint(
            "attempts >= 0 and attempts <= 20", name="invitation_is_tried_twenty_times"
        ),
        sa.CheckConstraint(
            "accepted_at is null or withdrawn_at is null", name="invitation_ends_once"
        ),
        sa.CheckConstraint(
            "(accepted_at is null and withdrawn_at is null) or (sealed is null and name_digest is null)",
            name="invitation_ended_keeps_nothing_personal",
        ),
        sa.CheckConstraint("role <> 'holder'", name="invitation_is_for_staff"),
    )
    op.create_index("invitation_by_name", "invitation", ["name_digest"])
    op.create_index("invitation_by_provider", "invitation", ["provider", "invitation_id"])


def _create_message() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", Identifier(), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sealed", sa.Text()),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", Instant()),
        sa.Column("given_up_at", Instant()),
        sa.CheckConstraint("channel in ('card', 'email')", name="message_channel_is_known"),
        sa.CheckConstraint(
            "(sent_at is null and given_up_at is null) = (sealed is not null)",
            name="message_is_destroyed_when_done",
        ),
    )
    op.create_index(
        "message_to_send",
        "message",
        ["next_try_at"],
        postgresql_where=sa.text("sealed is not null"),
        sqlite_where=sa.text("sealed is not null"),
    )
