"""Waves, cards, who holds them, quotas, pauses and the versions of the rules."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.storage.tables.metadata import METADATA

WAVE = sa.Table(
    "wave",
    METADATA,
    sa.Column("wave_id", Identifier, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("opens_at", Instant, nullable=False),
    sa.Column("closes_at", Instant, nullable=False),
    sa.Column("admitted", sa.Integer, nullable=False, server_default="0"),
    sa.Column("selection", sa.String(16), nullable=False, server_default="first-come"),
    sa.CheckConstraint("opens_at < closes_at", name="wave_opens_before_it_closes"),
)


CARD = sa.Table(
    "card",
    METADATA,
    sa.Column("card_ref", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id"), nullable=False),
    sa.Column("scheme", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("balance", sa.BigInteger, nullable=False),
    sa.Column("deadline", Instant),
    # As of when the deadline is kept: pauses since then give days. Null stands for the award.
    sa.Column("clock_from", Instant),
    # Where it was awarded, and is counted.
    sa.Column("region", sa.String(5), nullable=False),
    # Where its holder lives now, where that is another place.
    sa.Column("domicile", sa.String(5)),
    sa.Column("cluster", sa.String(16)),
    sa.Column("awarded_at", Instant, nullable=False),
    sa.Column("rule_version", sa.String(32), nullable=False),
    # Not known of a card that was awarded before admissions were remembered.
    sa.Column("admission_id", Identifier),
    sa.Column("barred_at", Instant),
    sa.CheckConstraint("balance >= 0", name="card_balance_never_negative"),
    sa.CheckConstraint("state <> 'withdrawn' or balance = 0", name="card_withdrawn_is_empty"),
    sa.Index(
        "card_by_admission",
        "admission_id",
        postgresql_where=sa.text("admission_id is not null"),
        sqlite_where=sa.text("admission_id is not null"),
    ),
    sa.Index("card_by_place", "wave_id", "scheme", "region", "cluster"),
    sa.Index(
        "card_by_deadline",
        "deadline",
        # Without barred cards, whose clock stands still: they would be read again and again.
        postgresql_where=sa.text("state in ('awarded', 'between') and barred_at is null"),
        sqlite_where=sa.text("state in ('awarded', 'between') and barred_at is null"),
    ),
    postgresql_with={"fillfactor": "80"},
)


QUOTA = sa.Table(
    "quota",
    METADATA,
    sa.Column("quota_id", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id")),
    sa.Column("scheme", sa.String(16), nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("cluster", sa.String(16), nullable=False),
    sa.Column("places", sa.Integer),
    sa.Column("most", sa.Integer),
    sa.Column("used", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint("used >= 0", name="quota_used_never_negative"),
    sa.CheckConstraint("used <= most", name="quota_never_overdrawn"),
    sa.CheckConstraint("most >= places", name="quota_keeps_its_places"),
    sa.CheckConstraint(
        "(wave_id is null) = (places is null) and (places is null) = (most is null)",
        name="quota_of_a_wave_has_places",
    ),
    sa.UniqueConstraint("wave_id", "scheme", "region", "cluster", name="quota_once_a_reach"),
)
"""How many places a quota has and how many cards hold; an empty scheme, region or cluster is *all*. The programme's own
quotas have no wave, and no places: those are numbers of the rules. `most` is what may be used: the places, or what was
used when they were lowered, and shrinks as places come free.
"""


PERSON = sa.Table(
    "person",
    METADATA,
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), primary_key=True),
    sa.Column("nik_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("family_digest", sa.String(64), nullable=False),
    sa.Column("card_number_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Index("person_by_family", "family_digest"),
)


WITHDRAWN_PERSON = sa.Table(
    "withdrawn_person",
    METADATA,
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), primary_key=True),
    sa.Column("card_number_digest", sa.String(64), nullable=False, unique=True),
    sa.Column("sealed", sa.Text, nullable=False),
)
"""To whom a card was awarded that was withdrawn: found by the card's number alone. Neither once in a lifetime nor the
family rule counts it, since no NIK and no family card is kept to be compared.
"""


SUPPRESSED_PERSON = sa.Table(
    "suppressed_person",
    METADATA,
    sa.Column("nik_digest", sa.String(64), primary_key=True),
    sa.Column("family_digest", sa.String(64), nullable=False),
    sa.Column("key_digest", sa.String(64), nullable=False),
    sa.Index("suppressed_person_by_family", "family_digest"),
    sqlite_with_rowid=False,
)
"""Who held a card and was erased: no reference, no instant, no order. `key_digest` is the same in all rows, and tells
under which key the others were made. A trigger keeps them apart from persons: a NIK stands in one of the two.
"""


ADMISSION = sa.Table(
    "admission",
    METADATA,
    sa.Column("admission_id", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id"), nullable=False),
    sa.Column("admitted_at", Instant, nullable=False),
    sa.Column("admitted_by", sa.String(128), nullable=False),
    sa.Column("cards", sa.Integer, nullable=False),
    sa.Column("undone_at", Instant),
    sa.Column("undone_by", sa.String(128)),
    sa.Column("undo_reason", sa.Text),
    sa.Column("withdrawn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("undone_position", sa.BigInteger),
    sa.Column("file_id", Identifier),
    sa.CheckConstraint("withdrawn between 0 and cards", name="admission_withdraws_its_own"),
    sa.CheckConstraint(
        "(undone_at is null) = (withdrawn = 0)"
        " and (undone_at is null) = (undone_by is null)"
        " and (undone_at is null) = (undone_position is null)",
        name="admission_undone_as_a_whole",
    ),
    sa.Index("admission_by_wave", "wave_id", "admission_id"),
    sa.Index(
        "admission_by_file",
        "file_id",
        "admission_id",
        postgresql_where=sa.text("file_id is not null"),
        sqlite_where=sa.text("file_id is not null"),
    ),
)


PAUSE = sa.Table(
    "pause",
    METADATA,
    sa.Column("pause_id", Identifier, primary_key=True),
    sa.Column("what", sa.String(16), nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.UniqueConstraint("what", "region", name="pause_once_a_place"),
)


PAST_PAUSE = sa.Table(
    "past_pause",
    METADATA,
    # Pauses of enrolments that are over, in which clocks stood still.
    sa.Column("pause_id", Identifier, primary_key=True),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, nullable=False),
    sa.CheckConstraint("began_at <= ended_at", name="past_pause_ends_after_it_began"),
    sa.Index("past_pause_by_end", "ended_at"),
)


RULE_VERSION = sa.Table(
    "rule_version",
    METADATA,
    sa.Column("version", sa.String(16), primary_key=True),
    sa.Column("effective_from", sa.String(10), nullable=False),
    sa.Column("numbers", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("scheduled_by", sa.String(128), nullable=False),
    sa.Column("scheduled_at", Instant, nullable=False),
    sa.Column("withdrawn_at", Instant),
    sa.Index(
        "rule_version_one_a_day",
        "effective_from",
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
        sqlite_where=sa.text("withdrawn_at is null"),
    ),
)
"""Versions of the rules that operators scheduled; a day is one of the national zone, as text."""
