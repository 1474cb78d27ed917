"""Enrolment's schema as it is now. Integrity stands here a second time: what a rule forbids, a constraint refuses."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from chassis.follower import follower_table
from chassis.idempotency import stored_answer_table
from chassis.journal import journal_tables
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.money.correction import MOST_CORRECTED

METADATA = sa.MetaData()

WAVE = sa.Table(
    "wave",
    METADATA,
    sa.Column("wave_id", Identifier, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    sa.Column("opens_at", Instant, nullable=False),
    sa.Column("closes_at", Instant, nullable=False),
    sa.Column("admitted", sa.Integer, nullable=False, server_default="0"),
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
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("cluster", sa.String(16)),
    sa.Column("awarded_at", Instant, nullable=False),
    sa.Column("rule_version", sa.String(32), nullable=False),
    # Not known of a card that was awarded before admissions were remembered.
    sa.Column("admission_id", Identifier),
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
        postgresql_where=sa.text("state in ('awarded', 'between')"),
        sqlite_where=sa.text("state in ('awarded', 'between')"),
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
    sa.CheckConstraint(
        "(candidates is null) <> (results is null)", name="admission_chunk_is_one_or_the_other"
    ),
)
"""The rows of a file, some in each chunk, sealed: candidates until they are judged, then what became of them."""

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

TRAINING_CLASS = sa.Table(
    "training_class",
    METADATA,
    sa.Column("class_id", Identifier, primary_key=True),
    sa.Column("course_id", Identifier, nullable=False),
    sa.Column("course_title", sa.Text, nullable=False),
    sa.Column("provider_id", Identifier, nullable=False),
    # Not known of a class that was copied before this column was there, until the catalogue is followed again.
    sa.Column("track", sa.String(16)),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("declared_seats", sa.Integer, nullable=False),
    sa.Column("effective_seats", sa.Integer, nullable=False),
    sa.Column("held", sa.Integer, nullable=False, server_default="0"),
    sa.Column("zone", sa.String(32), nullable=False),
    sa.Column("registration_opens", Instant, nullable=False),
    sa.Column("registration_closes", Instant, nullable=False),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("meetings", sa.Text, nullable=False),
    # Whether the last of them is the final test; not known, like the track, until the catalogue is followed again.
    sa.Column("has_final_test", sa.Boolean),
    sa.CheckConstraint("held >= 0", name="class_holds_no_negative_seats"),
    sa.CheckConstraint("held <= effective_seats", name="class_never_oversold"),
    sa.CheckConstraint("effective_seats >= declared_seats", name="class_keeps_declared_seats"),
    sa.CheckConstraint("price >= 0", name="class_price_never_negative"),
    # Not of the seats held: a class that fills must not have to change an index with every seat.
    sa.Index(
        "training_class_called_off",
        "class_id",
        postgresql_where=sa.text("status = 'cancelled'"),
        sqlite_where=sa.text("status = 'cancelled'"),
    ),
    postgresql_with={"fillfactor": "50"},
)

ENROLMENT = sa.Table(
    "enrolment",
    METADATA,
    sa.Column("enrolment_id", Identifier, primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("class_id", Identifier, sa.ForeignKey("training_class.class_id"), nullable=False),
    sa.Column("provider_id", Identifier, nullable=False),
    sa.Column("track", sa.String(16)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("enrolled_at", Instant, nullable=False),
    sa.Column("live_slot", sa.SmallInteger),
    sa.Column("card_state_before", sa.String(16), nullable=False),
    sa.Column("card_deadline_before", Instant),
    sa.Column("reviewed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("holder_due_at", Instant),
    sa.Column("provider_due_at", Instant),
    sa.Column("open_again_at", Instant),
    sa.Index(
        "enrolment_once_a_class",
        "card_ref",
        "class_id",
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
        sqlite_where=sa.text("state <> 'cancelled'"),
    ),
    sa.Index(
        "enrolment_one_a_slot",
        "card_ref",
        "live_slot",
        unique=True,
        postgresql_where=sa.text("live_slot is not null"),
        sqlite_where=sa.text("live_slot is not null"),
    ),
    sa.Index("enrolment_by_class", "class_id", "enrolment_id"),
    sa.Index("enrolment_by_provider", "provider_id", "enrolment_id"),
    sa.Index(
        "enrolment_by_holder_due",
        "holder_due_at",
        "enrolment_id",
        postgresql_where=sa.text("holder_due_at is not null"),
        sqlite_where=sa.text("holder_due_at is not null"),
    ),
    sa.Index(
        "enrolment_by_provider_due",
        "provider_due_at",
        "enrolment_id",
        postgresql_where=sa.text("provider_due_at is not null"),
        sqlite_where=sa.text("provider_due_at is not null"),
    ),
    # What the last release wrote, and what was in a class that moved: empty but for a moment.
    sa.Index(
        "enrolment_without_due",
        "enrolment_id",
        postgresql_where=sa.text("live_slot is not null and provider_due_at is null"),
        sqlite_where=sa.text("live_slot is not null and provider_due_at is null"),
    ),
    sa.CheckConstraint(
        "(live_slot is not null) = (state in ('confirmed', 'active'))",
        name="enrolment_has_a_slot_while_live",
    ),
    postgresql_with={"fillfactor": "90"},
)

EVIDENCE = sa.Table(
    "evidence",
    METADATA,
    sa.Column("evidence_id", Identifier, primary_key=True),
    sa.Column("enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), nullable=False),
    sa.Column("sequence", sa.SmallInteger, nullable=False),
    sa.Column("present", sa.Boolean, nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("device_time", Instant, nullable=False),
    sa.Column("score", sa.SmallInteger),
    sa.Column("corrects", Identifier, sa.ForeignKey("evidence.evidence_id")),
    sa.Column("reason", sa.Text),
    sa.Column("held_from", Instant),
    sa.Column("held_to", Instant),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("role", sa.String(32), nullable=False),
    # Where the entry in the journal stands that tells of it: entries of one enrolment are in this order.
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.CheckConstraint("sequence between 1 and 999", name="evidence_of_a_meeting"),
    sa.CheckConstraint(
        "score is null or (score between 0 and 100 and sequence = 999)",
        name="evidence_scores_the_final_test",
    ),
    sa.CheckConstraint(
        "corrects is null or (reason is not null and corrects <> evidence_id)",
        name="evidence_corrected_for_a_reason",
    ),
    sa.CheckConstraint(
        "(held_from is null) = (held_to is null) and (held_from is null or held_from < held_to)",
        name="evidence_of_a_whole_make_up",
    ),
    sa.Index("evidence_by_enrolment", "enrolment_id", "position"),
    sa.Index(
        "evidence_corrected_once",
        "corrects",
        unique=True,
        postgresql_where=sa.text("corrects is not null"),
        sqlite_where=sa.text("corrects is not null"),
    ),
    info={"append_only": True},
)
"""Who came to which meeting, as it was told; a correction is a row of its own."""

TRAINING_RESULT = sa.Table(
    "training_result",
    METADATA,
    sa.Column(
        "enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), primary_key=True
    ),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("attended", sa.SmallInteger, nullable=False),
    sa.Column("meetings", sa.SmallInteger, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("movement_id", Identifier),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("given_at", Instant, nullable=False),
    sa.CheckConstraint(
        "outcome in ('completed', 'incomplete', 'no_show')", name="training_result_is_known"
    ),
    sa.CheckConstraint(
        "attended between 0 and meetings and evidence <> '[]'",
        name="training_result_from_evidence",
    ),
    sa.CheckConstraint(
        "outcome <> 'completed' or (attended > 0 and movement_id is null)",
        name="training_result_completed_by_who_came",
    ),
    info={"append_only": True},
)
"""How a training ended, once: `evidence` are the ids of all that counted. What is found later voids it, beside it."""

REVIEW = sa.Table(
    "review",
    METADATA,
    sa.Column(
        "enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), primary_key=True
    ),
    sa.Column("rating", sa.SmallInteger, nullable=False),
    sa.Column("sealed_text", sa.Text),
    sa.Column("reviewed_at", Instant, nullable=False),
    sa.CheckConstraint("rating between 1 and 5", name="review_rates_from_one_to_five"),
)
"""What holders say of their trainings. The text is sealed: it may hold anything, and goes with its author."""

MOVEMENT = sa.Table(
    "movement",
    METADATA,
    sa.Column("movement_id", Identifier, primary_key=True),
    sa.Column("cause", sa.String(16), nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("target", sa.String(16), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("enrolment_id", Identifier),
    sa.Column("class_id", Identifier),
    sa.Column("provider_id", Identifier),
    sa.Column("moved_at", Instant, nullable=False),
    sa.Column("correction_id", Identifier),
    sa.CheckConstraint("amount > 0", name="movement_moves_something"),
    sa.CheckConstraint("source <> target", name="movement_between_two_accounts"),
    sa.Index("movement_by_card", "card_ref", "movement_id"),
    sa.Index(
        "movement_once_a_correction",
        "correction_id",
        unique=True,
        postgresql_where=sa.text("correction_id is not null"),
        sqlite_where=sa.text("correction_id is not null"),
    ),
    info={"append_only": True},
)

CORRECTION = sa.Table(
    "correction",
    METADATA,
    sa.Column("correction_id", Identifier, primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("case_number", sa.String(64), nullable=False),
    sa.Column("proposed_by", sa.String(128), nullable=False),
    sa.Column("proposed_at", Instant, nullable=False),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("decided_by", sa.String(128)),
    sa.Column("decided_at", Instant),
    sa.Column("decision_reason", sa.Text),
    sa.CheckConstraint(
        f"amount <> 0 and amount between -{MOST_CORRECTED} and {MOST_CORRECTED}",
        name="correction_within_bounds",
    ),
    sa.CheckConstraint(
        "(state = 'proposed') = (decided_by is null)"
        " and (decided_by is null) = (decided_at is null)",
        name="correction_decided_by_somebody",
    ),
    sa.CheckConstraint(
        "state in ('proposed', 'withdrawn') or decided_by <> proposed_by",
        name="correction_decided_by_another",
    ),
    sa.CheckConstraint(
        "state <> 'withdrawn' or decided_by = proposed_by",
        name="correction_withdrawn_by_its_proposer",
    ),
    sa.CheckConstraint(
        "state in ('proposed', 'approved', 'refused', 'withdrawn')",
        name="correction_state_is_known",
    ),
    sa.Index("correction_by_state", "state", "correction_id"),
    sa.Index("correction_by_card", "card_ref", "correction_id"),
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

SUSPENSION = sa.Table(
    "suspension",
    METADATA,
    sa.Column("provider_id", Identifier, primary_key=True),
    sa.Column("in_force", sa.Boolean, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)
"""Providers that are or were suspended, and where the journal tells of that last; apart from their classes, of which
there may be ten thousand.
"""

REALISATION = sa.Table(
    "realisation",
    METADATA,
    sa.Column("dimension", sa.String(16), primary_key=True),
    sa.Column("code", sa.String(36), primary_key=True),
    sa.Column("enrolled", sa.BigInteger, nullable=False),
    sa.Column("started", sa.BigInteger, nullable=False),
    sa.Column("cancelled", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.CheckConstraint(
        "enrolled >= started and started >= 0 and cancelled >= 0 and amount >= 0",
        name="realisation_counts_what_happened",
    ),
)

JOURNAL = journal_tables(
    METADATA,
    subjects={
        "class_id": Identifier(),
        "provider_id": Identifier(),
        "card_ref": Identifier(),
        "region": sa.String(5),
    },
    kinds=tuple(EntryKind),
)
STORED_ANSWER = stored_answer_table(METADATA)
FOLLOWER_STATE = follower_table(METADATA)
