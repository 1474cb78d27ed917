"""Every call of enrolment that takes a body."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.enrolment.api.target import Target
from tests.services.enrolment.draws import open_draw
from tests.services.enrolment.house import PRICE, House
from tests.services.enrolment.teaching import taught


@pytest.fixture(scope="module")
def targets(shared_house: House) -> dict[str, Target]:
    """Every call that takes a body, ready to succeed."""
    card = shared_house.award()
    taken = shared_house.enrolled(card, shared_house.put_class())
    other = shared_house.award()
    held = taught(shared_house)
    held.came()
    staff = {"role": "provider", "provider": held.provider_id}
    reviewed = taught(shared_house)
    reviewed.came()
    reviewed.judge()
    of_reviewed = f"/enrolments/{reviewed.enrolments[0]}"
    return {
        "waves": Target(
            "/waves",
            {"role": "operator"},
            {
                "name": "Gelombang 2",
                "opens_at": "2026-11-01T00:00:00Z",
                "closes_at": "2026-12-01T00:00:00Z",
            },
            "name",
        ),
        "admissions": Target(
            f"/waves/{shared_house.wave_id}/admissions",
            {"role": "operator"},
            {"candidates": [next(shared_house.supply).row()]},
            "candidates",
        ),
        "applications": Target(
            f"/waves/{open_draw(shared_house)}/applications",
            {"role": "operator"},
            {**next(shared_house.supply).row(), "consent": True},
            "name",
        ),
        "lookup": Target(
            "/cards/lookup",
            {"role": "operator"},
            {"nik": card.person.nik, "reason": "Di loket"},
            "reason",
        ),
        "enrolments": Target(
            "/enrolments",
            {"role": "holder", "card": other.card_ref},
            {"class_id": shared_house.put_class(), "expected_price": PRICE},
            "class_id",
        ),
        "cancellation": Target(
            f"/enrolments/{taken['id']}/cancellation",
            {"role": "operator"},
            {"reason": "Jadwal berubah"},
            "reason",
        ),
        "redemption": Target(
            f"/enrolments/{taken['id']}/redemption",
            {"role": "holder", "card": card.card_ref},
            {"redeem_code": taken["redeem_code"]},
            "redeem_code",
        ),
        "attendance": Target("/attendance", staff, {"items": [held.item()]}, "items"),
        "result": Target(
            f"/enrolments/{held.enrolments[0]}/result",
            {"role": "operator"},
            {"reason": "Selesai"},
            "reason",
        ),
        "results": Target(
            f"/classes/{held.class_id}/results",
            {"role": "operator"},
            {"reason": "Selesai"},
            "reason",
        ),
        "review": Target(
            f"{of_reviewed}/review",
            {"role": "holder", "card": reviewed.cards[0].card_ref},
            {"rating": 4, "text": "Baik"},
            "text",
            may_be_null=True,
        ),
        "voiding": Target(
            f"{of_reviewed}/voiding",
            {"role": "operator"},
            {"reason": "Daftar hadir palsu", "case_number": "INSP-7"},
            "reason",
        ),
    }


@pytest.fixture
def unchanged(targets: dict[str, Target], shared_house: House) -> Iterator[dict[str, Target]]:
    """Every call; after the test every row of every table stands as before."""
    before = shared_house.tables()
    yield targets
    assert shared_house.tables() == before
