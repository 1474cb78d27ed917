"""Waves, quotas, admissions, and cards: those who hold one, and those who were erased."""

from __future__ import annotations

from tests.services.enrolment.consistency.tampering import Tamperings

TAMPERINGS: Tamperings = {
    "a withdrawn card that can be used again": (
        "update card set state = 'awarded' where card_ref = :mistaken",
        {
            "card state, by journal",
            "people admitted, by cards",
            "places used, by cards",
            "cards withdrawn of an admission",
        },
    ),
    "a withdrawn card that is somebody's again": (
        "insert into person (card_ref, nik_digest, family_digest, card_number_digest, sealed)"
        " values (:mistaken, 'x', 'x', 'x', 'x')",
        {"holders of a withdrawn card", "holder of a card, or the entry that erased one"},
    ),
    "an application of somebody who was erased without an entry": (
        "update application set erased_position = applied_position where wave_id = :draw",
        {"person of an application erased, by journal"},
    ),
    "somebody who was erased without an entry": (
        "delete from person where card_ref = :card",
        {"holder of a card, or the entry that erased one"},
    ),
    "somebody who was erased, and is still kept": (
        "insert into withdrawn_person (card_ref, card_number_digest, sealed)"
        " values (:erased, 'x', 'x')",
        {
            "holder of a card, or the entry that erased one",
            "what is left of somebody who was erased",
        },
    ),
    "somebody who was erased, and could be admitted again": (
        "delete from suppressed_person",
        {"people erased, by journal"},
    ),
    "a holder of a card among those who were erased": (
        "insert into suppressed_person (nik_digest, family_digest, key_digest)"
        " select nik_digest, family_digest, 'x' from person where card_ref = :card",
        {"people erased, by journal", "holders of cards among the erased"},
    ),
    "a card in another admission": (
        "update card set admission_id = :admission where card_ref = :card",
        {"card admission, by journal", "cards of an admission"},
    ),
    "how many a file admitted": (
        "update admission_file set admitted = 1, refused = 1 where file_id = :file",
        {"admitted from a file, by its admissions"},
    ),
    "an admission of another file": (
        "update admission set file_id = :nobody where file_id = :file",
        {"admitted from a file, by its admissions"},
    ),
    "where an undo is told": (
        "update admission set undone_position = 1 where admission_id = :admission",
        {"admission undone, by journal"},
    ),
    "a card's state": (
        "update card set state = 'between' where card_ref = :card",
        {"card state, by journal"},
    ),
    "a card's wave": (
        "update card set wave_id = :other_wave where card_ref = :card",
        {"card wave, by journal", "people admitted, by cards", "places used, by cards"},
    ),
    "the places used of a wave's quota": (
        "update quota set used = used - 1 where wave_id = :wave",
        {"places used, by cards"},
    ),
    "the places used of the programme's quota": (
        "update quota set used = used + 1 where wave_id is null and scheme = 'digital'",
        {"places used, by cards"},
    ),
    "the people admitted": (
        "update wave set admitted = admitted + 1 where wave_id = :wave",
        {"people admitted, by cards"},
    ),
}
