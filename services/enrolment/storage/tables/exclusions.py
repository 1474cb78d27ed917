"""Lists of people who may hold no card, and the cases about holders who are on one."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

EXCLUSION_LIST = sa.Table(
    "exclusion_list",
    METADATA,
    sa.Column("list_id", Identifier, primary_key=True),
    sa.Column("key_digest", sa.String(64), nullable=False),
    sa.Column("people", sa.String(32), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("as_of", sa.String(10), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("announced_by", sa.String(128), nullable=False),
    sa.Column("announced_at", Instant, nullable=False),
    sa.Column("touched_at", Instant, nullable=False),
    sa.Column("received_at", Instant),
    sa.Column("rows", sa.Integer, nullable=False, server_default="0"),
    sa.Column("listed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("duplicates", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("activated_by", sa.String(128)),
    sa.Column("activated_at", Instant),
    sa.Column("follows", Identifier, sa.ForeignKey("exclusion_list.list_id")),
    sa.Column("out_of_force_at", Instant),
    sa.Column("withdrawn_by", sa.String(128)),
    sa.Column("withdrawn_at", Instant),
    sa.Column("withdrawal_reason", sa.Text),
    sa.Column("forgotten_at", Instant),
    sa.Column("checked_to", sa.String(64), nullable=False, server_default=sa.text("''")),
    sa.Column("checked", sa.Integer, nullable=False, server_default="0"),
    sa.Column("checked_at", Instant),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "state in ('awaited', 'receiving', 'ready', 'in-force', 'superseded', 'withdrawn')",
        name="exclusion_list_state_is_known",
    ),
    sa.CheckConstraint(
        "rows = listed + duplicates + refused and listed >= 0 and duplicates >= 0 and refused >= 0",
        name="exclusion_list_counts_its_rows",
    ),
    sa.CheckConstraint(
        "state not in ('ready', 'in-force', 'superseded') or received_at is not null",
        name="exclusion_list_received_as_a_whole",
    ),
    sa.CheckConstraint(
        "state not in ('in-force', 'superseded')"
        " or (activated_at is not null and activated_by is not null)",
        name="exclusion_list_activated_by_somebody",
    ),
    sa.CheckConstraint(
        "(state = 'withdrawn') = (withdrawn_at is not null)"
        " and (withdrawn_at is null) = (withdrawn_by is null)",
        name="exclusion_list_withdrawn_by_somebody",
    ),
    sa.CheckConstraint(
        "forgotten_at is null or state in ('superseded', 'withdrawn')",
        name="exclusion_list_kept_while_it_may_judge",
    ),
    sa.UniqueConstraint("people", "number", name="exclusion_list_has_a_number"),
    sa.Index(
        "exclusion_list_one_in_force",
        "people",
        unique=True,
        postgresql_where=sa.text("state = 'in-force'"),
        sqlite_where=sa.text("state = 'in-force'"),
    ),
)
"""Versions of the lists of people who may hold no card; `people` is the group. `key_digest` is that of
the list's own id, made under the key that those of its persons are made under. `checked_to` is how far persons were
looked through for holders since it came in force, by the references of their cards; `position` is that of the last
entry that tells of its state.
"""


LISTED_PERSON = sa.Table(
    "listed_person",
    METADATA,
    sa.Column("list_id", Identifier, sa.ForeignKey("exclusion_list.list_id"), primary_key=True),
    sa.Column("nik_digest", sa.String(64), primary_key=True),
)
"""Who is on a version of a list: the digest of the NIK, as that of persons is made, and nothing else.

Nobody stands here who is among the suppressed persons: a digest in both would tell of whose card a case is.
"""


REFUSED_LINE = sa.Table(
    "refused_line",
    METADATA,
    sa.Column("list_id", Identifier, sa.ForeignKey("exclusion_list.list_id"), primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("fault", sa.Text, nullable=False),
)
"""The lines of the file of a list that hold no NIK: what is wrong with each, and nothing of what it holds."""


EXCLUSION_CASE = sa.Table(
    "exclusion_case",
    METADATA,
    sa.Column("case_id", Identifier, primary_key=True),
    sa.Column("list_id", Identifier, sa.ForeignKey("exclusion_list.list_id"), nullable=False),
    sa.Column("people", sa.String(32), nullable=False),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("upheld_by", sa.String(128)),
    sa.Column("upheld_at", Instant),
    sa.Column("uphold_reason", sa.Text),
    sa.Column("appeal_until", Instant),
    sa.Column("appealed_by", sa.String(128)),
    sa.Column("appealed_at", Instant),
    sa.Column("appeal", sa.Text),
    sa.Column("reviewed_by", sa.String(128)),
    sa.Column("reviewed_at", Instant),
    sa.Column("review_reason", sa.Text),
    sa.Column("ended_by", sa.String(128)),
    sa.Column("ended_at", Instant),
    sa.Column("end_reason", sa.Text),
    sa.Column("ended_listed", sa.Boolean),
    sa.CheckConstraint(
        "state in"
        " ('open', 'upheld', 'appealed', 'final', 'revoked', 'dismissed', 'granted', 'lapsed')",
        name="exclusion_case_state_is_known",
    ),
    sa.CheckConstraint(
        "(state in ('revoked', 'dismissed', 'granted', 'lapsed')) = (ended_at is not null)"
        " and (ended_at is null) = (ended_by is null)"
        " and (ended_at is null) = (ended_listed is null)"
        " and (ended_at is null) = (due_at is not null)",
        name="exclusion_case_ends_once",
    ),
    sa.CheckConstraint(
        "state in ('open', 'dismissed', 'lapsed')"
        " or (upheld_by is not null and appeal_until is not null)",
        name="exclusion_case_upheld_by_somebody",
    ),
    sa.CheckConstraint(
        "state not in ('appealed', 'final', 'granted') or appealed_at is not null",
        name="exclusion_case_appealed_before_it_is_reviewed",
    ),
    sa.CheckConstraint(
        "(state not in ('final', 'granted') or reviewed_by is not null)"
        " and (reviewed_by is null or reviewed_by <> upheld_by)",
        name="exclusion_case_reviewed_by_another",
    ),
    sa.Index(
        "exclusion_case_one_at_a_time",
        "card_ref",
        "people",
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
        sqlite_where=sa.text("ended_at is null"),
    ),
    sa.Index("exclusion_case_by_card", "card_ref", "case_id"),
    sa.Index("exclusion_case_by_list", "list_id", "case_id"),
)
"""Holders who were found on a list. `appeal` is the holder's own words, sealed; `ended_listed` whether the holder was
on the list in force when the case ended.
"""
