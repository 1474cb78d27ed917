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

DRAW = sa.Table(
    "draw",
    METADATA,
    sa.Column("wave_id", Identifier, sa.ForeignKey("wave.wave_id"), primary_key=True),
    sa.Column("outside_source", sa.Text, nullable=False),
    sa.Column("commitment", sa.String(64), nullable=False),
    sa.Column("sealed_secret", sa.Text),
    sa.Column("announced_at", Instant, nullable=False),
    sa.Column("announced_position", sa.BigInteger),
    sa.Column("closed_at", Instant),
    sa.Column("size", sa.Integer),
    sa.Column("list_root", sa.String(64)),
    sa.Column("listed_at", Instant),
    sa.Column("listed_position", sa.BigInteger),
    sa.Column("outside_value", sa.String(200)),
    sa.Column("value_source", sa.Text),
    sa.Column("published_at", Instant),
    sa.Column("entered_by", sa.String(128)),
    sa.Column("entered_at", Instant),
    sa.Column("entered_position", sa.BigInteger),
    sa.Column("order_root", sa.String(64)),
    sa.Column("ordered_at", Instant),
    sa.Column("ordered_position", sa.BigInteger),
    sa.Column("secret", sa.String(64)),
    sa.Column("revealed_at", Instant),
    sa.Column("revealed_position", sa.BigInteger),
    sa.Column("drawn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("refused", sa.Integer, nullable=False, server_default="0"),
    sa.Column("not_drawn", sa.Integer, nullable=False, server_default="0"),
    sa.Column("ended_at", Instant),
    sa.CheckConstraint(
        "(listed_at is null) = (list_root is null) and (list_root is null) = (size is null)"
        " and (listed_at is null or closed_at is not null)",
        name="draw_listed_once_closed",
    ),
    sa.CheckConstraint(
        "(outside_value is null) = (value_source is null)"
        " and (outside_value is null) = (published_at is null)"
        " and (outside_value is null) = (entered_by is null)"
        " and (outside_value is null) = (entered_at is null)"
        " and (outside_value is null or listed_at < published_at)",
        name="draw_settled_once_listed",
    ),
    sa.CheckConstraint(
        "(ordered_at is null) = (order_root is null)"
        " and (ordered_at is null or outside_value is not null)",
        name="draw_ordered_once_settled",
    ),
    sa.CheckConstraint(
        "(secret is null) = (revealed_at is null) and (secret is null) = (sealed_secret is not null)"
        " and (secret is null or ordered_at is not null)",
        name="draw_revealed_once_ordered",
    ),
    sa.CheckConstraint(
        "drawn >= 0 and refused >= 0 and not_drawn >= 0"
        " and (drawn + refused + not_drawn = 0 or secret is not null)"
        " and drawn + refused + not_drawn <= coalesce(size, 0)"
        " and (ended_at is null or (secret is not null and drawn + refused + not_drawn = size))",
        name="draw_judges_once_revealed",
    ),
)
"""Draws, as far as each is published. The secret lies sealed until it is told; the positions are those of the entries
that tell of each step.
"""

DRAW_CHUNK = sa.Table(
    "draw_chunk",
    METADATA,
    sa.Column("wave_id", Identifier, sa.ForeignKey("draw.wave_id"), primary_key=True),
    sa.Column("first_place", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("application_ids", sa.Text, nullable=False),
)
"""The order of a draw: from a place on, counted from 0, the ids of the applications that come next, as JSON."""

APPLICATION = sa.Table(
    "application",
    METADATA,
    sa.Column("application_id", Identifier, primary_key=True),
    sa.Column("wave_id", Identifier, sa.ForeignKey("draw.wave_id"), nullable=False),
    sa.Column("region", sa.String(5), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("nik_digest", sa.String(64)),
    sa.Column("sealed", sa.Text),
    sa.Column("applied_at", Instant, nullable=False),
    sa.Column("applied_position", sa.BigInteger),
    sa.Column("place", sa.Integer),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref")),
    sa.Column("code", sa.String(64)),
    sa.Column("quota_id", Identifier),
    sa.Column("ended_position", sa.BigInteger),
    sa.CheckConstraint(
        "state in ('applied', 'withdrawn', 'drawn', 'refused', 'not-drawn')",
        name="application_state_is_known",
    ),
    sa.CheckConstraint(
        "(state = 'applied') = (sealed is not null) and (sealed is null) = (nik_digest is null)"
        " and (sealed is null) = (ended_position is not null)",
        name="application_forgets_who_made_it",
    ),
    sa.CheckConstraint(
        "(place is not null) = (state in ('drawn', 'refused', 'not-drawn'))"
        " and (card_ref is not null) = (state = 'drawn')"
        " and (code is not null) = (state in ('refused', 'not-drawn'))",
        name="application_judged_as_a_whole",
    ),
    sa.Index(
        "application_once_a_person",
        "wave_id",
        "nik_digest",
        unique=True,
        postgresql_where=sa.text("nik_digest is not null"),
        sqlite_where=sa.text("nik_digest is not null"),
    ),
    sa.Index("application_by_wave", "wave_id", "application_id"),
)
"""Applications, known by a random id. Who made one lies sealed in it until it is withdrawn or judged, and is destroyed
then; `nik_digest` with it, since it tells one person from another only as long as people may apply.
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

EXCLUSION_LIST = sa.Table(
    "exclusion_list",
    METADATA,
    sa.Column("list_id", Identifier, primary_key=True),
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
    sa.Column("checked_to", sa.String(64), nullable=False, server_default=""),
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
"""Versions of the lists of people who may hold no card; `people` is the group. `checked_to` is how far persons were
looked through for holders since it came in force, by the digests of their NIKs; `position` is that of the last entry
that tells of its state.
"""

LISTED_PERSON = sa.Table(
    "listed_person",
    METADATA,
    sa.Column("list_id", Identifier, sa.ForeignKey("exclusion_list.list_id"), primary_key=True),
    sa.Column("nik_digest", sa.String(64), primary_key=True),
)
"""Who is on a version of a list: the digest of the NIK, as that of persons is made, and nothing else."""

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
    sa.CheckConstraint(
        "state in ('open', 'upheld', 'appealed', 'final', 'revoked', 'dismissed', 'granted')",
        name="exclusion_case_state_is_known",
    ),
    sa.CheckConstraint(
        "(state in ('revoked', 'dismissed', 'granted')) = (ended_at is not null)"
        " and (ended_at is null) = (ended_by is null)"
        " and (ended_at is null) = (due_at is not null)",
        name="exclusion_case_ends_once",
    ),
    sa.CheckConstraint(
        "state in ('open', 'dismissed') or (upheld_by is not null and appeal_until is not null)",
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
"""Holders who were found on a list. `appeal` is the holder's own words, sealed."""

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
