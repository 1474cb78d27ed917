"""Counting for the reports by following enrolment's own journal."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.feed_client import BEGINNING
from chassis.follower import AnotherFollower
from chassis.identifiers import new_id
from services.enrolment.followers.realisation import realisation_follower
from services.enrolment.storage.tables.programme import CARD
from services.enrolment.storage.tables.reports import REALISATION
from services.enrolment.storage.tables.seats import ENROLMENT
from tests.services.enrolment.house import PRICE, House, document


def count(house: House) -> int:
    """Let the follower count what is new."""
    return realisation_follower(house.service.stores, house.service.transactions).catch_up()


def report(house: House, by: str, role: str = "auditor") -> dict[str, Any]:
    answer: dict[str, Any] = document(house.get(f"/reports/realisation?by={by}", role))
    return answer


def counts(enrolled: int, started: int, cancelled: int) -> dict[str, int]:
    return {
        "enrolled": enrolled,
        "started": started,
        "cancelled": cancelled,
        "amount": enrolled * PRICE,
    }


def test_each_step_of_an_enrolment_counts_once_in_every_dimension(house: House) -> None:
    provider_id = new_id()
    class_id = house.put_class(provider_id=provider_id, track="reskilling")
    stays, goes, leaves = house.award_many(3, regency="17.71", cluster="layoff")
    kept = house.enrolled(stays, class_id)
    house.redeem(kept["id"], kept["redeem_code"], "holder", card=stays.card_ref)
    begun = house.enrolled(goes, class_id)
    house.redeem(begun["id"], begun["redeem_code"], "holder", card=goes.card_ref)
    document(house.cancel(begun["id"], "operator"))
    document(house.cancel(house.enrolled(leaves, class_id)["id"], "holder", card=leaves.card_ref))
    assert count(house) > 0
    with house.service.database.reading() as connection:
        instant = connection.execute(sa.select(sa.func.min(ENROLMENT.c.enrolled_at))).scalar_one()
    for by, code in {
        "province": "17",
        "regency": "17.71",
        "track": "reskilling",
        "mode": "online",
        "cluster": "layoff",
        "wave": house.wave_id,
        "provider": provider_id,
    }.items():
        told = report(house, by)
        row = told["rows"][code]
        assert {name: row[name] for name in counts(0, 0, 0)} == counts(1, 1, 2)
        assert told["total"] == counts(1, 1, 2)
        assert told["unassigned"] == counts(0, 0, 0)
        assert told["reconciliation"]["agrees"] is True
    (month,) = report(house, "month")["rows"]
    assert month[:4] == str(instant.year)
    assert report(house, "wave")["rows"][house.wave_id]["name"] == "Gelombang 1"


def test_a_step_that_takes_away_is_counted_by_itself_too(house: House) -> None:
    card, class_id = house.award(), house.put_class()
    taken = house.enrolled(card, class_id)
    count(house)
    house.redeem(taken["id"], taken["redeem_code"], "holder", card=card.card_ref)
    count(house)
    assert report(house, "mode")["total"] == counts(1, 1, 0)
    document(house.cancel(taken["id"], "operator"))
    count(house)
    assert report(house, "mode")["total"] == counts(0, 0, 1)


def test_an_enrolment_stays_where_it_was_counted_whatever_becomes_of_its_class(
    house: House,
) -> None:
    card, class_id = house.award(), house.put_class(track=None)
    taken = house.enrolled(card, class_id)
    count(house)
    house.put_class(class_id, track="upskilling")
    document(house.cancel(taken["id"], "operator"))
    count(house)
    told = report(house, "track")
    assert told["rows"] == {}
    assert told["unassigned"] == told["total"] == counts(0, 0, 1)


def test_what_an_enrolment_does_not_have_is_unassigned_and_still_in_the_total(house: House) -> None:
    house.enrolled(house.award(cluster=None), house.put_class())
    count(house)
    for by in ("cluster", "track"):
        told = report(house, by)
        assert told["rows"] == {}
        assert told["unassigned"] == told["total"] == counts(1, 0, 0)
        assert told["reconciliation"]["agrees"] is True


def test_a_region_where_nobody_takes_part_is_told_with_nothing(house: House) -> None:
    nothing = report(house, "regency")
    assert len(nothing["rows"]) == 514
    assert nothing["rows"]["17.09"] == {"name": "Kabupaten Bengkulu Tengah", **counts(0, 0, 0)}
    assert len(report(house, "province")["rows"]) == 38


def test_how_far_the_journal_is_counted_stands_in_the_report(house: House) -> None:
    house.enrolled(house.award(), house.put_class())
    before = report(house, "mode")["reconciliation"]
    assert (before["counted_to"], before["journal_size"]) == (0, house.entries()[-1]["position"])
    count(house)
    after = report(house, "mode")["reconciliation"]
    assert after["counted_to"] == after["journal_size"] == before["journal_size"]


def test_counting_again_counts_nothing_twice(house: House) -> None:
    class_id = house.put_class()
    for card in house.award_many(3):
        house.enrolled(card, class_id)
    count(house)
    assert count(house) == 0
    assert report(house, "mode")["total"] == counts(3, 0, 0)


def test_a_second_follower_that_counts_the_same_entries_is_undone(house: House) -> None:
    house.enrolled(house.award(), house.put_class())
    stores, transactions = house.service.stores, house.service.transactions
    slower = realisation_follower(stores, transactions)
    page = slower._feed.page(BEGINNING)
    count(house)
    with pytest.raises(AnotherFollower):
        slower._save(None, page)
    assert report(house, "mode")["total"] == counts(1, 0, 0)


def test_what_was_counted_under_an_abolished_code_is_told_under_its_successor(
    house: House,
) -> None:
    card = house.award(regency="93.01")
    with house.as_owner() as connection:  # as a card that was awarded before the code was abolished
        connection.execute(sa.update(CARD).values(region="91.01"))
    taken = house.enrolled(card, house.put_class())
    count(house)
    for by, before, now in (("regency", "91.01", "93.01"), ("province", "91", "93")):
        told = report(house, by)
        assert told["rows"][now]["enrolled"] == 1
        assert told["rows"].get(before, counts(0, 0, 0))["enrolled"] == 0
        assert told["reconciliation"]["agrees"] is True
        former = {"code": "91.01", "successor": "93.01", "since": "2022-07-25"}
        assert former in told["former_codes"]
    assert report(house, "mode")["former_codes"] == []
    document(house.cancel(taken["id"], "operator"))
    count(house)
    assert report(house, "regency")["rows"]["93.01"]["cancelled"] == 1


def test_a_count_that_does_not_agree_is_told_so(house: House) -> None:
    house.enrolled(house.award(), house.put_class())
    count(house)
    with house.as_owner() as connection:
        connection.execute(
            sa.update(REALISATION).where(REALISATION.c.dimension == "mode").values(enrolled=3)
        )
    told = report(house, "mode")["reconciliation"]
    assert told["agrees"] is False
    assert told["difference"]["enrolled"] == 2
    assert report(house, "province")["reconciliation"]["agrees"] is True
