"""Take files of candidates, sealed, and remember what became of their rows and by which admissions."""

import sqlalchemy as sa
from alembic import op

from chassis.column_types import Identifier, Instant

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "admission_file",
        sa.Column("file_id", Identifier(), nullable=False),
        sa.Column("wave_id", Identifier(), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("admitted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_by", sa.String(128), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.Column("touched_at", Instant(), nullable=False),
        sa.Column("received_at", Instant()),
        sa.Column("ended_at", Instant()),
        sa.Column("stopped_by", sa.String(128)),
        sa.Column("stop_reason", sa.Text()),
        sa.Column("forgotten_at", Instant()),
        sa.PrimaryKeyConstraint("file_id"),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.wave_id"]),
        sa.CheckConstraint(
            "state in ('receiving', 'waiting', 'running', 'done', 'stopped')",
            name="admission_file_state_is_known",
        ),
        sa.CheckConstraint(
            "done = admitted + refused and done between 0 and rows"
            " and admitted >= 0 and refused >= 0",
            name="admission_file_counts_its_rows",
        ),
        sa.CheckConstraint(
            "(state = 'receiving') = (received_at is null)"
            " and (received_at is null) = (digest is null)",
            name="admission_file_received_as_a_whole",
        ),
        sa.CheckConstraint(
            "(state in ('done', 'stopped')) = (ended_at is not null)"
            " and (state = 'stopped') = (stopped_by is not null)"
            " and (state <> 'done' or done = rows)",
            name="admission_file_ends_once",
        ),
    )
    for name, columns, unique, condition in (
        ("admission_file_once_a_wave", ["wave_id", "digest"], True, "state <> 'stopped'"),
        ("admission_file_unfinished", ["file_id"], False, "forgotten_at is null"),
    ):
        op.create_index(
            name,
            "admission_file",
            columns,
            unique=unique,
            postgresql_where=sa.text(condition),
            sqlite_where=sa.text(condition),
        )
    op.create_table(
        "admission_chunk",
        sa.Column("file_id", Identifier(), nullable=False),
        sa.Column("first_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("candidates", sa.Text()),
        sa.Column("results", sa.Text()),
        sa.Column("admission_id", Identifier()),
        sa.PrimaryKeyConstraint("file_id", "first_row"),
        sa.ForeignKeyConstraint(["file_id"], ["admission_file.file_id"]),
        sa.CheckConstraint(
            "(candidates is null) <> (results is null)", name="admission_chunk_is_one_or_the_other"
        ),
    )
    op.add_column("admission", sa.Column("file_id", Identifier()))
    op.create_index(
        "admission_by_file",
        "admission",
        ["file_id", "admission_id"],
        postgresql_where=sa.text("file_id is not null"),
        sqlite_where=sa.text("file_id is not null"),
    )
