"""Review a completed training: what its holder says of it opens the next purchase, and makes the incentive due."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa

from chassis.identity import Principal
from services.enrolment.domain.entry_kinds import EntryKind
from services.enrolment.domain.learning.review import Review, review
from services.enrolment.domain.seats.enrolment import Enrolment
from services.enrolment.storage.stores import Stores
from services.enrolment.use_cases.shared.enrolment_entries import enrolment_entry
from services.enrolment.use_cases.shared.held_enrolment import held_enrolment
from services.enrolment.use_cases.shared.recorded import Recorded
from services.enrolment.use_cases.shared.settled_incentives import Settled, settle_incentives
from services.enrolment.use_cases.shared.still_known import check_still_known


@dataclass(frozen=True, slots=True)
class ReviewEnrolment:
    """A holder rates a training from 1 to 5, and may say more."""

    enrolment_id: str
    rating: int
    text: str | None = field(repr=False)
    caller: Principal
    request_id: str


def review_enrolment(
    connection: sa.Connection, command: ReviewEnrolment, *, stores: Stores
) -> Recorded[Settled[Enrolment]]:
    """Keep the review, its text sealed and out of the journal.

    Raises `NotFound`, `AlreadyReviewed`, `StateConflict` where the training is not completed or its holder was erased.
    """
    enrolment, card = held_enrolment(
        connection, command.enrolment_id, caller=command.caller, stores=stores
    )
    check_still_known(connection, card, stores=stores)
    reviewed = review(enrolment)
    stores.enrolments.save_state(connection, reviewed)
    now = stores.database.now(connection)
    said = Review(reviewed.enrolment_id, command.rating, command.text)
    stores.reviews.add(connection, said, now=now)
    entry = enrolment_entry(
        EntryKind.ENROLMENT_REVIEWED,
        reviewed,
        card,
        caller=command.caller,
        request_id=command.request_id,
        rule_version=stores.rules.at(connection, now).version,
        said={"rating": command.rating},
    )
    settlement, entries = settle_incentives(
        connection,
        card,
        caller=command.caller,
        request_id=command.request_id,
        now=now,
        stores=stores,
    )
    position = stores.journal.append(connection, [entry, *entries], now=now)
    return Recorded(Settled(reviewed, settlement), position)
