"""Draws, and the applications to them."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "the hash of a secret": (
        "update draw set commitment = secret where wave_id = :draw",
        {"commitment of a draw, by journal"},
    ),
    "where an outside value was to come from": (
        "update draw set outside_source = 'dice' where wave_id = :draw",
        {"outside source of a draw, by journal"},
    ),
    "the root of a list": (
        "update draw set list_root = commitment where wave_id = :draw",
        {"list of a draw, by journal"},
    ),
    "how long a list is": (
        "update draw set size = size + 1, ended_at = null where wave_id = :draw",
        {"size of a draw's list, by applications"},
    ),
    "an outside value": (
        "update draw set outside_value = '8' where wave_id = :draw",
        {"outside value of a draw, by journal"},
    ),
    "the root of an order": (
        "update draw set order_root = commitment where wave_id = :draw",
        {"order of a draw, by journal"},
    ),
    "a secret": (
        "update draw set secret = commitment where wave_id = :draw",
        {"secret of a draw, by journal"},
    ),
    "a draw that goes no further": (
        "update draw set halted_at = '2026-11-01T00:00:00.000000Z' where wave_id = :draw",
        {"draw that stands still: list, order or people are not the published ones"},
    ),
    "where a secret was told": (
        "update draw set revealed_position = ordered_position where wave_id = :draw",
        {"secret of a draw, by journal"},
    ),
    "an application that nobody made": (
        "insert into application (application_id, wave_id, region, state, nik_digest, sealed, applied_at)"
        " values (:nobody, :draw, '17.71', 'applied', 'x', 'x', '2026-11-01T00:00:00.000000Z')",
        {
            "application made, by journal",
            "person of an application, by journal",
            "size of a draw's list, by applications",
        },
    ),
    "an application that points at another's entry": (
        "update application set applied_position = applied_position + 1 where state = 'refused'",
        {"application made, by journal", "entry of an application"},
    ),
    "an application that vanished": (
        "delete from application where state = 'withdrawn'",
        {"entry of an application"},
    ),
    "an application that took part after all": (
        "update application set state = 'refused', code = 'wave-closed', place = 9 where state = 'withdrawn'",
        {
            "size of a draw's list, by applications",
            "refused of a draw, by applications",
            "application state, by journal",
            "application place, by journal",
        },
    ),
    "who was drawn": (
        "update application set state = 'refused', code = 'age-outside-rules', card_ref = null"
        " where state = 'drawn'",
        {
            "drawn of a draw, by applications",
            "refused of a draw, by applications",
            "application state, by journal",
            "application card, by journal",
        },
    ),
    "why somebody was not drawn": (
        "update application set state = 'refused' where state = 'not-drawn'",
        {
            "refused of a draw, by applications",
            "not drawn of a draw, by applications",
            "application state, by journal",
        },
    ),
    "the place of somebody who was drawn": (
        "update application set place = place + 7 where state = 'drawn'",
        {"application place, by journal"},
    ),
    "the card of somebody who was drawn": (
        "update application set card_ref = :card where state = 'drawn'",
        {"application card, by journal"},
    ),
}
