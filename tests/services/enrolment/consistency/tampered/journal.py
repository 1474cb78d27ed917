"""Entries: what they say, and whether they are all there."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "the balance in the entry of a withdrawal": (
        "update journal_entry set body = replace(body, '\"balance\"\\:0', '\"balance\"\\:1')"
        " where kind = 'card-withdrawn'",
        {"card balance, by journal", "balance in an entry, by the one before"},
    ),
    "an entry that vanished": (
        "delete from journal_entry where kind = 'enrolment-redeemed'",
        {"missing entry", "enrolment state, by journal"},
    ),
    "the last entry": (
        "delete from journal_entry where position = (select size from journal_head)",
        {"missing entry"},
    ),
    "an entry beyond the end": (
        "insert into journal_entry (position, recorded_at, kind, actor, role, request_id, body)"
        " values (999, '2026-11-01T00:00:00.000000Z', 'roster-read', 'x', 'operator', 'x', '{}')",
        {"journal size"},
    ),
    "an entry of an award, given to nobody": (
        "update journal_entry set card_ref = :nobody where kind = 'card-awarded' and card_ref = :bystander",
        {
            "card balance, by journal",
            "card state, by journal",
            "card wave, by journal",
            "card admission, by journal",
            "card awarded once",
            "movement amount, by journal",
            "movement recorded once",
            "entry of a card",
            "entry of a movement",
        },
    ),
    "the balance in an entry": (
        "update journal_entry set body = replace(body, '2800000', '2800001')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {"card balance, by journal", "balance in an entry, by the one before"},
    ),
    "a balance that a later entry passed over": (
        "update journal_entry set body = replace(body, '2800000', '2800001')"
        " where kind = 'enrolment-confirmed' and card_ref = :returned",
        {"balance in an entry, by the one before"},
    ),
    "the seats in an entry that a later one passed over": (
        "update journal_entry set body = replace(body, '\"held\"\\:2', '\"held\"\\:3')"
        " where kind = 'enrolment-confirmed' and card_ref = :returned",
        {"seats in an entry, by the one before"},
    ),
    "the price in an entry": (
        "update journal_entry set body = replace(body, '700000', '700001')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {
            "enrolment price, by journal",
            "movement amount, by journal",
            "entry of a movement",
            "price in an entry, by its enrolment",
            "balance in an entry, by the one before",
        },
    ),
    "the card's state in an entry": (
        "update journal_entry set body = replace(body, 'in_training', 'between')"
        " where kind = 'enrolment-confirmed' and card_ref = :card",
        {"card state, by journal"},
    ),
    "an entry that is told twice": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at, kind, actor,"
        " role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'enrolment-confirmed' and card_ref = :card",
        {
            "journal size",
            "enrolment state, by journal",
            "enrolment confirmed once",
            "movement recorded once",
            "balance in an entry, by the one before",
            "seats in an entry, by the one before",
        },
    ),
}
