"""Lists of people who may hold no card, cases against holders, and the cards barred by them."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "the state of a list": (
        "update exclusion_list set state = 'superseded'",
        {"exclusion list state, by journal"},
    ),
    "the people on a list": (
        "update exclusion_list set listed = listed + 1, rows = rows + 1",
        {"people on a list in force, by journal"},
    ),
    "the state of an exclusion case": (
        "update exclusion_case set state = 'upheld' where card_ref = :bystander",
        {"exclusion case state, by journal"},
    ),
    "who upheld an exclusion case": (
        "update exclusion_case set upheld_by = 'operator:ani' where card_ref = :bystander",
        {"exclusion case upheld_by, by journal"},
    ),
    "who appealed in an exclusion case": (
        "update exclusion_case set appealed_by = 'holder-9' where card_ref = :bystander",
        {"exclusion case appealed_by, by journal"},
    ),
    "who decided on an appeal": (
        "update exclusion_case set reviewed_by = 'operator:ani' where card_ref = :bystander",
        {"exclusion case reviewed_by, by journal"},
    ),
    "the opening of an exclusion case, told of another card": (
        "update journal_entry set card_ref = :card"
        " where kind = 'exclusion-case-opened' and card_ref = :bystander",
        {"exclusion case opened once", "entry of an exclusion case"},
    ),
    "a barred card that can be used": (
        "update card set barred_at = null where card_ref = :bystander",
        {"card barred, by its exclusion cases"},
    ),
    "a case that goes on about a card that has ended": (
        "update card set state = 'exhausted', balance = 0, deadline = null where card_ref = :bystander",
        {
            "card state, by journal",
            "card balance, by journal",
            "card balance, by movements",
            "card of an exclusion case that goes on",
        },
    ),
    "a case that lapsed about a card that goes on": (
        "update exclusion_case set state = 'lapsed', ended_by = upheld_by, ended_at = upheld_at,"
        " ended_listed = true, due_at = null where card_ref = :bystander",
        {
            "exclusion case state, by journal",
            "card barred, by its exclusion cases",
            "card of an exclusion case that lapsed",
        },
    ),
    "a card that goes on after its exclusion": (
        "update card set state = 'in_training' where card_ref = :returned",
        {
            "card state, by journal",
            "card barred, by its exclusion cases",
            "card of an exclusion case that ended so",
        },
    ),
}
