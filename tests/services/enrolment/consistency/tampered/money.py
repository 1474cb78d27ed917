"""Balances, movements and the days of accounts; corrections; incentives, and the surveys that earn one."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "a correction's state": (
        "update correction set state = 'refused' where correction_id = :correction",
        {
            "correction state, by journal",
            "movements of a correction",
            "correction of a movement",
        },
    ),
    "a correction's amount": (
        "update correction set amount = -9001 where correction_id = :correction",
        {"correction of a movement", "entry of a correction"},
    ),
    "who proposed a correction": (
        "update correction set proposed_by = 'operator:ani' where correction_id = :correction",
        {"who proposed a correction, by journal"},
    ),
    "who approved a correction": (
        "update correction set decided_by = 'operator:ani' where correction_id = :correction",
        {"who decided on a correction, by journal"},
    ),
    "the proposal of a correction, told of another card": (
        "update journal_entry set card_ref = :card where kind = 'correction-proposed'",
        {
            "correction proposed once",
            "who proposed a correction, by journal",
            "entry of a correction",
        },
    ),
    "the amount in the entry of a correction": (
        "update journal_entry set body = replace(body, '-9000', '-9001') where kind = 'correction-approved'",
        {
            "movement amount, by journal",
            "entry of a movement",
            "entry of a correction",
            "balance in an entry, by the one before",
        },
    ),
    "a balance": (
        "update card set balance = balance + 1 where card_ref = :card",
        {"card balance, by movements", "card balance, by journal"},
    ),
    "an incentive's amount": (
        "update incentive set amount = amount + 1 where kind = 'completion'",
        {"incentive of a movement", "entry of an incentive"},
    ),
    "an incentive that was withdrawn in no entry": (
        "update incentive set withdrawn_at = due_since, withdrawal_id ="
        " (select movement_id from movement where cause = 'award' and card_ref = :card)"
        " where kind = 'completion'",
        {"incentive, by journal", "incentives of a card that earned them"},
    ),
    "an incentive by the training of another card": (
        "update incentive set enrolment_id = :enrolment where kind = 'completion'",
        {"training that earned an incentive", "entry of an incentive"},
    ),
    "an incentive that is told twice": (
        "insert into journal_entry select (select size from journal_head) + 1, recorded_at, kind, actor,"
        " role, request_id, rule_version, class_id, provider_id, card_ref, region, body"
        " from journal_entry where kind = 'incentive-due' and body like '%survey%'",
        {"journal size", "incentive due once", "movement recorded once"},
    ),
    "a survey that vanished": (
        "delete from survey",
        {
            "survey that earned an incentive",
            "surveys of a card, by journal",
            "entry of a survey",
        },
    ),
    "an answer in a survey": (
        "update survey set work = 'seeking'",
        {"entry of a survey"},
    ),
    "what came in on a day": (
        "update account_day set came_in = 7, closing = 7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"what came in on a day, by movements"},
    ),
    "what went out on a day": (
        "update account_day set went_out = 7, closing = -7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"what went out on a day, by movements"},
    ),
    "a day that does not go on from the one before": (
        "update account_day set opening = 7, closing = 7"
        " where account = 'card' and day = (select max(day) from account_day)",
        {"opening of a day, by the day before"},
    ),
    "a movement's amount": (
        "update movement set amount = amount - 1 where card_ref = :card and source = 'card'",
        {"card balance, by movements", "movement amount, by journal", "entry of a movement"},
    ),
    "a movement that vanished": (
        "delete from movement where card_ref = :card and source = 'card'",
        {"card balance, by movements", "entry of a movement"},
    ),
    "two movements that cancel each other out": (
        "insert into movement (movement_id, cause, source, target, amount, card_ref, moved_at) values"
        " (:new_movement, 'award', 'state', 'card', 5, :card, '2026-11-01T00:00:00.000000Z'),"
        " (:newer_movement, 'award', 'card', 'state', 5, :card, '2026-11-01T00:00:00.000000Z')",
        {"movement amount, by journal", "movement recorded once"},
    ),
}
