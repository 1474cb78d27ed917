"""The tables of applications, grants, codes and refresh tokens."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.accounts.storage.tables import METADATA

APPLICATION = sa.Table(
    "application",
    METADATA,
    sa.Column("client_id", sa.String(64), primary_key=True),
    sa.Column("secret_digest", sa.String(64)),
    sa.Column("redirect_uris", sa.Text, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("disabled_at", Instant),
)

APPLICATION_GRANT = sa.Table(
    "application_grant",
    METADATA,
    sa.Column("grant_id", Identifier, primary_key=True),
    sa.Column("client_id", sa.String(64), sa.ForeignKey("application.client_id"), nullable=False),
    sa.Column("account_id", Identifier, nullable=False),
    sa.Column("session_id", Identifier, nullable=False),
    sa.Column("scope", sa.String(100), nullable=False),
    sa.Column("authenticated_at", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("ended_by", sa.String(32)),
    sa.CheckConstraint(
        "(ended_at is null) = (ended_by is null)", name="application_grant_ends_for_a_reason"
    ),
    sa.Index("application_grant_by_account_id", "account_id"),
    sa.Index("application_grant_by_session_id", "session_id"),
    sa.Index("application_grant_by_ended_at", "ended_at"),
    sa.Index("application_grant_by_expires_at", "expires_at"),
)

AUTHORIZATION_CODE = sa.Table(
    "authorization_code",
    METADATA,
    sa.Column("code_digest", sa.String(64), primary_key=True),
    sa.Column(
        "grant_id",
        Identifier,
        sa.ForeignKey("application_grant.grant_id", ondelete="cascade"),
        nullable=False,
    ),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("code_challenge", sa.String(128), nullable=False),
    sa.Column("nonce", sa.Text),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Index("authorization_code_by_grant_id", "grant_id"),
)

REFRESH_TOKEN = sa.Table(
    "refresh_token",
    METADATA,
    sa.Column("token_digest", sa.String(64), primary_key=True),
    sa.Column(
        "grant_id",
        Identifier,
        sa.ForeignKey("application_grant.grant_id", ondelete="cascade"),
        nullable=False,
    ),
    sa.Column("parent_digest", sa.String(64)),
    sa.Column("issued_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("superseded_at", Instant),
    sa.CheckConstraint(
        "used_at is null or superseded_at is null", name="refresh_token_superseded_was_not_used"
    ),
    sa.Index("refresh_token_by_grant_id", "grant_id"),
    sa.Index("refresh_token_by_parent_digest", "parent_digest"),
)
