"""Classes, who has a seat in one, and the suspensions of who gives it."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "a suspension": (
        "update suspension set in_force = not in_force",
        {"suspension, by journal"},
    ),
    "a suspension that began before a seat was given": (
        "update suspension set position = 1",
        {"suspension, by journal", "seats given while suspended"},
    ),
    "the seats held": (
        "update training_class set held = held + 1, effective_seats = effective_seats + 1"
        " where class_id = :class",
        {"seats held, by enrolments", "seats held, by journal"},
    ),
    "when a class was moved": (
        "update training_class set moved_at = registration_opens where moved_at is not null",
        {"class moved, by journal"},
    ),
    "a move that never was": (
        "update training_class set moved_at = registration_opens, moved_position = 1"
        " where class_id = :class",
        {"class moved, by journal"},
    ),
    "a move that somebody left for, made something else": (
        "update journal_entry set kind = 'class-unlisted' where kind = 'class-moved'",
        {"class moved, by journal", "free exit, by a move of its class"},
    ),
    "a move that is denied": (
        "update training_class set moved_at = null, moved_position = null",
        {"entry of a moved class"},
    ),
    "an earlier move taken for the last": (
        "update training_class set moved_position = moved_position - 1, moved_at = (select recorded_at"
        " from journal_entry where position = moved_position - 1) where moved_at is not null",
        {"entry of a moved class"},
    ),
    "an enrolment's state": (
        "update enrolment set state = 'confirmed' where enrolment_id = :enrolment",
        {"enrolment state, by journal"},
    ),
    "an enrolment's price": (
        "update enrolment set price = price - 1 where enrolment_id = :enrolment",
        {"enrolment price, by journal", "price in an entry, by its enrolment"},
    ),
    "consent that nobody gave": (
        "update enrolment set consent = true where enrolment_id = :enrolment",
        {"consent to an enrolment, by journal"},
    ),
    "an enrolment that vanished": (
        "delete from enrolment where enrolment_id = :enrolment",
        {
            "seats held, by enrolments",
            "entry of an enrolment",
            "price in an entry, by its enrolment",
        },
    ),
    "an enrolment of another card": (
        "update enrolment set card_ref = :bystander where enrolment_id = :enrolment",
        {
            "enrolment state, by journal",
            "enrolment price, by journal",
            "enrolment confirmed once",
            "entry of an enrolment",
            "price in an entry, by its enrolment",
        },
    ),
    "a training that was judged and then cancelled": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at,"
        " 'enrolment-cancelled', actor, role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'enrolment-no-show'",
        {
            "journal size",
            "seats held, by journal",
            "enrolment state, by journal",
            "ends of an enrolment, by journal",
            "movement recorded once",
            "balance in an entry, by the one before",
            "seats in an entry, by the one before",
        },
    ),
}
