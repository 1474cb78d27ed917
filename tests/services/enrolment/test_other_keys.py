"""Whatever is kept sealed or as keyed digests tells whether the keys of a process are those it was kept under."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chassis.settings import SettingsError
from services.enrolment.service import start_service
from services.enrolment.settings import read_settings
from services.enrolment.storage.stores import Stores, open_stores
from tests.services.enrolment import draws, exclusions, files
from tests.services.enrolment.house import VARIABLES, House, document
from tests.services.enrolment.teaching import taught

SEALING, FINDING = "PERSONAL_DATA_KEY", "FINGERPRINT_KEY"
BOTH = {SEALING, FINDING}


def somebody_withdrawn(house: House) -> None:
    card, stores = house.award(), house.service.stores
    house.service.transactions.run(
        lambda connection: stores.persons.withdraw(connection, [card.card_ref])
    )


def an_application(house: House) -> None:
    draws.applied(house, draws.open_draw(house), next(house.supply))


def a_file_that_waits(house: House) -> None:
    files.sent(house, files.file_of([next(house.supply)]))


def a_file_that_was_judged(house: House) -> None:
    a_file_that_waits(house)
    assert files.admit_all(house) == 1


def a_draw(house: House) -> None:
    document(draws.announce(house), 201)


def a_list(house: House) -> None:
    exclusions.imported(house, [next(house.supply).nik])


def an_appeal(house: House) -> None:
    card = house.award()
    case_id = exclusions.case_about(house, card)
    document(exclusions.decide(house, case_id, "upheld"))
    document(exclusions.appeal(house, case_id, card))


def a_review(house: House) -> None:
    course = taught(house)
    course.came()
    document(course.judge())
    document(course.review(text="Bagus sekali."), 201)


@pytest.mark.parametrize(
    ("keep", "kind", "told"),
    [
        (House.award, "persons", BOTH),
        (somebody_withdrawn, "persons", BOTH),
        (an_application, "applications", BOTH),
        (a_file_that_waits, "admission_files", {SEALING}),
        (a_file_that_was_judged, "admission_files", {SEALING}),
        (a_draw, "draws", {SEALING}),
        (a_list, "exclusion_lists", {FINDING}),
        (an_appeal, "exclusion_cases", {SEALING}),
        (a_review, "reviews", {SEALING}),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)
def test_each_kind_tells_under_which_keys_it_is_kept(
    house: House, keep: Callable[[House], object], kind: str, told: set[str]
) -> None:
    assert {key for key in BOTH if not fits(house, kind, key)} == set()
    keep(house)
    assert fits(house, kind, None)
    assert {key for key in BOTH if not fits(house, kind, key)} == told


def fits(house: House, kind: str, other: str | None) -> bool:
    """Ask a store whether the keys fit, all right but the one named."""
    stores = opened(house, **({other: "5c" * 32} if other else {}))
    with house.service.database.reading() as connection:
        fit: bool = getattr(stores, kind).keys_fit(connection)
    return fit


def opened(house: House, **changes: str) -> Stores:
    keys = {**VARIABLES, **changes}
    return open_stores(
        house.service.database,
        personal_data_key=bytes.fromhex(keys[SEALING]),
        fingerprint_key=bytes.fromhex(keys[FINDING]),
    )


@pytest.mark.parametrize(("keep", "key"), [(a_list, FINDING), (a_draw, SEALING)])
def test_what_comes_before_anybody_holds_a_card_keeps_other_keys_from_starting(
    house: House, keep: Callable[[House], None], key: str
) -> None:
    right = {**VARIABLES, "DATABASE_URL": house.places.application}
    keep(house)
    start_service(read_settings(right)).close()
    with pytest.raises(SettingsError, match="start with the keys of that time"):
        start_service(read_settings({**right, key: "5c" * 32}))
