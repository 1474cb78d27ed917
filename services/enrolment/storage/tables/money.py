"""Movements of money, corrections, incentives with the surveys that earn some, and what accounts held day by day."""

from __future__ import annotations

import sqlalchemy as sa

from chassis.column_types import Identifier, Instant
from services.enrolment.domain.money.correction import MOST_CORRECTED
from services.enrolment.storage.tables.metadata import METADATA

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
    sa.CheckConstraint(
        "source in ('state', 'card', 'set_aside', 'paid', 'incentive')"
        " and target in ('state', 'card', 'set_aside', 'paid', 'incentive')",
        name="movement_between_known_accounts",
    ),
    # By these the provider's statement is made.
    sa.CheckConstraint(
        "(source not in ('set_aside', 'paid') and target not in ('set_aside', 'paid'))"
        " or (enrolment_id is not null and class_id is not null and provider_id is not null)",
        name="movement_of_a_provider_names_its_training",
    ),
    sa.Index("movement_by_card", "card_ref", "movement_id"),
    # Movements lie in the order of their instants: PostgreSQL needs no more than where each stretch begins.
    sa.Index("movement_by_instant", "moved_at", postgresql_using="brin"),
    sa.Index(
        "movement_by_provider",
        "provider_id",
        "moved_at",
        "movement_id",
        postgresql_include=["cause", "source", "target", "amount", "class_id"],
        postgresql_where=sa.text("provider_id is not null"),
        sqlite_where=sa.text("provider_id is not null"),
    ),
    sa.Index(
        "movement_once_a_correction",
        "correction_id",
        unique=True,
        postgresql_where=sa.text("correction_id is not null"),
        sqlite_where=sa.text("correction_id is not null"),
    ),
    # What was set aside for an enrolment leaves once: to the card, to the State or to the provider.
    sa.Index(
        "movement_once_out_of_set_aside",
        "enrolment_id",
        unique=True,
        postgresql_where=sa.text("source = 'set_aside'"),
        sqlite_where=sa.text("source = 'set_aside'"),
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


INCENTIVE = sa.Table(
    "incentive",
    METADATA,
    # That of the movement that made it due.
    sa.Column("incentive_id", Identifier, sa.ForeignKey("movement.movement_id"), primary_key=True),
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("number", sa.SmallInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("enrolment_id", Identifier, sa.ForeignKey("enrolment.enrolment_id"), nullable=False),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("due_since", Instant, nullable=False),
    # The movement that took it back.
    sa.Column("withdrawal_id", Identifier, sa.ForeignKey("movement.movement_id"), unique=True),
    sa.Column("withdrawn_at", Instant),
    sa.CheckConstraint("kind in ('completion', 'survey')", name="incentive_kind_is_known"),
    sa.CheckConstraint("number > 0 and amount > 0", name="incentive_of_something"),
    sa.CheckConstraint(
        "(withdrawal_id is null) = (withdrawn_at is null) and withdrawal_id <> incentive_id",
        name="incentive_withdrawn_by_a_movement",
    ),
    sa.Index("incentive_by_card", "card_ref", "incentive_id"),
    sa.Index(
        "incentive_due_once",
        "card_ref",
        "kind",
        "number",
        unique=True,
        postgresql_where=sa.text("withdrawal_id is null"),
        sqlite_where=sa.text("withdrawal_id is null"),
    ),
)
"""What the State owes holders beside the training balance, and what it does not owe any more."""


SURVEY = sa.Table(
    "survey",
    METADATA,
    sa.Column("card_ref", Identifier, sa.ForeignKey("card.card_ref"), primary_key=True),
    sa.Column("number", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("work", sa.String(16), nullable=False),
    sa.Column("use", sa.SmallInteger, nullable=False),
    sa.Column("rule_version", sa.String(32), nullable=False),
    sa.Column("handed_in_at", Instant, nullable=False),
    sa.CheckConstraint("number > 0", name="survey_has_a_number"),
    sa.CheckConstraint(
        "work in ('employed', 'self-employed', 'seeking', 'none') and use between 1 and 5",
        name="survey_is_answered",
    ),
    info={"append_only": True},
)
"""What holders answered, each survey once."""


ACCOUNT_DAY = sa.Table(
    "account_day",
    METADATA,
    sa.Column("line_id", Identifier, primary_key=True),
    sa.Column("day", sa.String(10), nullable=False),
    sa.Column("begins_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("account", sa.String(16), nullable=False),
    sa.Column("opening", sa.BigInteger, nullable=False),
    sa.Column("came_in", sa.BigInteger, nullable=False),
    sa.Column("went_out", sa.BigInteger, nullable=False),
    sa.Column("closing", sa.BigInteger, nullable=False),
    sa.Column("settled_at", Instant, nullable=False),
    sa.CheckConstraint(
        "came_in >= 0 and went_out >= 0 and closing = opening + came_in - went_out",
        name="account_day_adds_up",
    ),
    sa.CheckConstraint(
        "account in ('state', 'card', 'set_aside', 'paid', 'incentive')",
        name="account_day_of_a_known_account",
    ),
    sa.CheckConstraint("begins_at < ends_at", name="account_day_ends_after_it_begins"),
    sa.UniqueConstraint("account", "day", name="account_day_once"),
    info={"append_only": True},
)
"""What all accounts of a kind held when a day of the national zone began and ended: summed up from the movements once
the day is over, so that nobody has to add up everything since the programme began.
"""
