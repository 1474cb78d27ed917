"""Files of candidates and their rows, sealed."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

ADMISSION_FILE = sa.Table(
    "admission_file",
    METADATA,
    sa.Column("file_id", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id"), nullable=False),
    sa.Column("digest", sa.String(64)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("admitted", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("sent_by", sa.String(128), nullable=False),
    sa.Column("request_id", sa.String(64), nullable=False),
    sa.Column("begun_at", Instant, nullable=False),
    sa.Column("touched_at", Instant, nullable=False),
    sa.Column("received_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("stopped_by", sa.String(128)),
    sa.Column("stop_reason", sa.Text),
    sa.Column("forgotten_at", Instant),
    sa.CheckConstraint(
        "state in ('receiving', 'waiting', 'running', 'done', 'stopped')",
        name="admission_file_state_is_known",
    ),
    sa.CheckConstraint(
        "done = admitted + refused and done between 0 and rows and admitted >= 0 and refused >= 0",
        name="admission_file_counts_its_rows",
    ),
    sa.CheckConstraint(
        "(state = 'receiving') = (received_at is null) and (received_at is null) = (digest is null)",
        name="admission_file_received_as_a_whole",
    ),
    sa.CheckConstraint(
        "(state in ('done', 'stopped')) = (ended_at is not null)"
        " and (state = 'stopped') = (stopped_by is not null)"
        " and (state <> 'done' or done = rows)",
        name="admission_file_ends_once",
    ),
    # What was stopped may be sent again; those of its rows that stood before are refused then, each by itself.
    sa.Index(
        "admission_file_once_a_wave",
        "wave_id",
        "digest",
        unique=True,
        postgresql_where=sa.text("state <> 'stopped'"),
        sqlite_where=sa.text("state <> 'stopped'"),
    ),
    sa.Index(
        "admission_file_unfinished",
        "file_id",
        postgresql_where=sa.text("forgotten_at is null"),
        sqlite_where=sa.text("forgotten_at is null"),
    ),
)
"""Files of candidates. `digest` is keyed: of a file with one person in it, a plain one could be tried out. `touched_at`
is when something came of it last.
"""


ADMISSION_CHUNK = sa.Table(
    "admission_chunk",
    METADATA,
    sa.Column("file_id", Identifier, sa.ForeignKey("admission_file.file_id"), primary_key=True),
    sa.Column("first_row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("candidates", sa.Text),
    sa.Column("results", sa.Text),
    sa.Column("admission_id", Identifier),
    # By which version of the rules its rows were judged; the releases before did not write that down.
    sa.Column("rule_version", sa.String(32)),
    sa.CheckConstraint(
        "(candidates is null) <> (results is null)", name="admission_chunk_is_one_or_the_other"
    ),
)
"""The rows of a file, some in each chunk, sealed: candidates until they are judged, then what became of them."""
