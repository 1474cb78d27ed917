"""Let people sign in at applications: applications, grants, codes and refresh tokens."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("client_id", sa.String(64), primary_key=True),
        sa.Column("secret_digest", sa.String(64)),
        sa.Column("redirect_uris", sa.Text(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant()),
    )
    _create_grant()
    _create_code()
    _create_refresh_token()


def _create_grant() -> None:
    op.create_table(
        "application_grant",
        sa.Column("grant_id", Identifier(), primary_key=True),
        sa.Column(
            "client_id", sa.String(64), sa.ForeignKey("application.client_id"), nullable=False
        ),
        sa.Column("account_id", Identifier(), nullable=False),
        sa.Column("session_id", Identifier(), nullable=False),
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("authenticated_at", Instant(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant()),
        sa.Column("ended_by", sa.String(32)),
        sa.CheckConstraint(
            "(ended_at is null) = (ended_by is null)", name="application_grant_ends_for_a_reason"
        ),
    )
    for column in ("account_id", "session_id", "ended_at", "expires_at"):
        op.create_index(f"application_grant_by_{column}", "application_grant", [column])


def _create_code() -> None:
    op.create_table(
        "authorization_code",
        sa.Column("code_digest", sa.String(64), primary_key=True),
        sa.Column(
            "grant_id",
            Identifier(),
            sa.ForeignKey("application_grant.grant_id", ondelete="cascade"),
            nullable=False,
        ),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("code_challenge", sa.String(128), nullable=False),
        sa.Column("nonce", sa.Text()),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant()),
    )
    op.create_index("authorization_code_by_grant_id", "authorization_code", ["grant_id"])


def _create_refresh_token() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("token_digest", sa.String(64), primary_key=True),
        sa.Column(
            "grant_id",
            Identifier(),
            sa.ForeignKey("application_grant.grant_id", ondelete="cascade"),
            nullable=False,
        ),
        sa.Column("parent_digest", sa.String(64)),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("used_at", Instant()),
        sa.Column("superseded_at", Instant()),
        sa.CheckConstraint(
            "used_at is null or superseded_at is null",
            name="refresh_token_superseded_was_not_used",
        ),
    )
    for column in ("grant_id", "parent_digest"):
        op.create_index(f"refresh_token_by_{column}", "refresh_token", [column])
