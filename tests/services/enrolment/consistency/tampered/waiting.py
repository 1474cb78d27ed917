"""Waiting lists, and the seats that are kept for who waits."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "how many wait": (
        "update training_class set waiting = waiting + 1 where class_id = :listed_class",
        {"waiting in a class, by places"},
    ),
    "how many are offered a seat": (
        "update training_class set offered = offered + 1, effective_seats = effective_seats + 1"
        " where class_id = :listed_class",
        {"seats offered, by places"},
    ),
    "how many ever joined": (
        "update training_class set joined = joined + 1 where class_id = :listed_class",
        {"who joined a list, by places"},
    ),
    "a place's state": (
        "update place set state = 'released', released = 'left' where enrolment_id = :waiting",
        {
            "state of a place, by journal",
            "why a place ended, by journal",
            "waiting in a class, by places",
        },
    ),
    "a place that was accepted by nobody": (
        "update place set state = 'accepted' where enrolment_id = :offered",
        {
            "state of a place, by journal",
            "enrolment of an accepted place",
            "seats offered, by places",
        },
    ),
    "why a place ended": (
        "update place set released = 'timed-out' where enrolment_id = :left",
        {"why a place ended, by journal"},
    ),
    "a place's price": (
        "update place set price = price + 1 where enrolment_id = :waiting",
        {"price of a place, by journal"},
    ),
    "who came first": (
        "update place set number = 99 where enrolment_id = :waiting",
        {"number of a place, by journal", "who joined a list, by places"},
    ),
    "a place that vanished": (
        "delete from place where enrolment_id = :waiting",
        {
            "entry of a place",
            "waiting in a class, by places",
            "who joined a list, by places",
        },
    ),
    "a place that nobody joined for": (
        "update journal_entry set kind = 'enrolment-offered'"
        " where kind = 'enrolment-waitlisted' and card_ref = :waiter",
        {
            "place joined once",
            "state of a place, by journal",
            "price of a place, by journal",
            "number of a place, by journal",
        },
    ),
}
