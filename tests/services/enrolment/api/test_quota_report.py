"""Realisation against quota, as its readers see it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.identifiers import new_id
from services.enrolment.storage.tables.programme import CARD, QUOTA
from services.enrolment.use_cases.programme.recount_quotas import recount_quotas
from tests.chassis.problem_documents import code
from tests.services.enrolment.house import House, document
from vocabulary.regions import regencies_of


def set_quotas(house: House, *quotas: dict[str, Any]) -> list[dict[str, Any]]:
    house.wave_id = house.wave_id or house.open_wave()
    body = {"quotas": list(quotas), "reason": "Keputusan 7/2027"}
    answer = document(house.post(f"/waves/{house.wave_id}/quotas", body, "operator"))
    items: list[dict[str, Any]] = answer["items"]
    return items


def report(house: House, wave_id: str | None = None) -> Any:
    wave_id = wave_id or house.wave_id
    return document(house.get(f"/reports/quotas?wave_id={wave_id}", "auditor"))


def test_each_quota_is_told_with_its_target_what_is_used_and_what_is_left(house: House) -> None:
    set_quotas(
        house,
        {"scheme": "digital", "region": "17.71", "cluster": "pmi", "places": 3},
        {"places": 10},
        {"region": "17", "places": 9},
    )
    house.award(regency="17.71", cluster="pmi")
    told = report(house)
    assert told["wave_name"] == "Gelombang 1"
    names = ("scheme", "region", "region_name", "cluster", "target", "used", "left", "flags")
    assert [tuple(row[name] for name in names) for row in told["rows"]] == [
        (None, None, None, None, 10, 1, 9, []),
        (None, "17", "Bengkulu", None, 9, 1, 8, []),
        ("digital", "17.71", "Kota Bengkulu", "pmi", 3, 1, 2, []),
    ]
    assert (told["repeated"], told["differences"]) == ([], [])


def test_without_a_wave_the_programmes_own_quotas_are_told(house: House) -> None:
    house.award()
    told = document(house.get("/reports/quotas", "operator"))
    assert told["wave_id"] is told["wave_name"] is None
    rows = {row["scheme"]: (row["target"], row["used"]) for row in told["rows"]}
    assert rows == {"digital": (1_500_000, 1), "offline": (500_000, 0)}


def test_a_wave_that_is_not_there_is_not_found(house: House) -> None:
    assert code(house.get(f"/reports/quotas?wave_id={new_id()}")) == (404, "not-found")


def test_regencies_without_a_quota_beside_others_are_named(house: House) -> None:
    set_quotas(house, *({"region": code, "places": 5} for code in ("17.01", "17.71", "11.01")))
    missing = {each["within"]: each["regions"] for each in report(house)["missing"]}
    others = [r.code for r in regencies_of("17") if r.code not in ("17.01", "17.71")]
    assert missing["17"] == others
    assert missing["11"][0] == "11.02"


def test_regencies_that_come_to_another_number_than_their_province_are_flagged(
    house: House,
) -> None:
    parts = [{"region": each.code, "places": 10} for each in regencies_of("17")]
    [province, *_] = set_quotas(house, {"region": "17", "places": 101}, *parts)
    assert [each for each in report(house)["missing"] if each["within"] == "17"] == []
    [difference] = report(house)["differences"]
    assert difference == {
        "quota_id": province["id"],
        "parts_by": "region",
        "number": "target",
        "stated": 101,
        "sum": 100,
        "difference": -1,
    }
    [row] = [row for row in report(house)["rows"] if row["flags"]]
    assert (row["quota_id"], row["flags"]) == (province["id"], ["target-differs"])
    set_quotas(house, {"region": "17", "places": 100})
    assert report(house)["differences"] == []


def test_parts_that_come_to_more_are_flagged_also_where_some_are_missing(house: House) -> None:
    set_quotas(house, {"places": 5}, {"scheme": "digital", "places": 4})
    assert report(house)["differences"] == []
    set_quotas(house, {"scheme": "digital", "places": 6})
    [difference] = report(house)["differences"]
    assert (difference["parts_by"], difference["sum"]) == ("scheme", 6)


def test_used_places_that_do_not_add_up_are_flagged(house: House) -> None:
    set_quotas(house, {"places": 10}, *({"scheme": s, "places": 5} for s in ("digital", "offline")))
    house.award()
    assert report(house)["differences"] == []
    with house.as_owner() as connection:
        connection.execute(sa.update(QUOTA).where(QUOTA.c.scheme == "offline").values(used=3))
    [difference] = [each for each in report(house)["differences"] if each["number"] == "used"]
    assert (difference["stated"], difference["sum"], difference["difference"]) == (1, 4, 3)


def test_a_quota_of_which_more_is_used_than_it_has_is_told(house: House) -> None:
    set_quotas(house, {"region": "17.71", "places": 2})
    house.award_many(2, regency="17.71")
    set_quotas(house, {"region": "17.71", "places": 1})
    [row] = report(house)["rows"]
    assert (row["target"], row["used"], row["left"], row["flags"]) == (1, 2, 0, ["overdrawn"])


def test_a_quota_set_for_an_old_code_counts_the_cards_of_its_successor(house: House) -> None:
    [quota] = set_quotas(house, {"region": "93.01", "places": 3})
    house.award(regency="93.01")
    with house.as_owner() as connection:  # as before the code was abolished
        connection.execute(sa.update(QUOTA).where(QUOTA.c.region != "").values(region="91.01"))
        connection.execute(sa.update(CARD).values(region="91.01"))
    house.award(regency="93.01")
    [row] = report(house)["rows"]
    assert (row["region"], row["set_for"]) == ("93.01", "91.01")
    assert (row["target"], row["used"], row["left"]) == (3, 2, 1)
    former = {"code": "91.01", "successor": "93.01", "since": "2022-07-25"}
    assert former in report(house)["former_codes"]
    listed = document(house.get("/quotas?region=93.01"))["items"]
    assert [(each["id"], each["set_for"]) for each in listed] == [(quota["id"], "91.01")]
    assert house.differences() == []
    with house.service.database.writing() as connection:
        stores = house.service.stores
        assert recount_quotas(connection, house.wave_id, stores=stores) == 0
    [again] = set_quotas(house, {"region": "93.01", "places": 2})
    assert (again["id"], again["places"]) == (quota["id"], 2)
    refused = document(house.admit([next(house.supply).row(regency="93.01")]))["refused"]
    assert (refused[0]["code"], refused[0]["quota_id"]) == ("quota-full", quota["id"])


def test_quotas_of_an_old_code_and_of_its_successor_are_flagged_and_both_count(
    house: House,
) -> None:
    one, other = set_quotas(
        house, {"region": "93.01", "places": 3}, {"region": "93.02", "places": 3}
    )
    with house.as_owner() as connection:
        connection.execute(sa.update(QUOTA).where(QUOTA.c.region == "93.02").values(region="91.01"))
    house.award(regency="93.01")
    told = report(house)
    assert [set(ids) for ids in told["repeated"]] == [{one["id"], other["id"]}]
    assert [(row["used"], row["flags"]) for row in told["rows"]] == [(1, ["repeated"])] * 2
    assert house.differences() == []


def test_the_same_comes_as_a_table(house: House) -> None:
    set_quotas(house, {"region": "17.71", "places": 3})
    path, table = f"/reports/quotas?wave_id={house.wave_id}", {"Accept": "text/csv"}
    answer = house.get(path, "operator", headers=table)
    [row] = csv.DictReader(io.StringIO(answer.text))
    assert (row["wave_name"], row["region"], row["region_name"]) == (
        "Gelombang 1",
        "17.71",
        "Kota Bengkulu",
    )
    assert (row["target"], row["used"], row["left"], row["flags"]) == ("3", "0", "3", "")
    [row] = csv.DictReader(io.StringIO(house.get(path, headers=table).text))
    assert (row["target"], row["used"], row["left"], row["flags"]) == ("3", "<10", "<10", "")


@pytest.mark.parametrize("role", [None, "holder", "provider", "officer"])
def test_others_than_operators_and_auditors_count_no_few_people(
    house: House, role: str | None
) -> None:
    """Neither by a row, nor by what a quota leaves, nor by what its parts come to."""
    set_quotas(
        house,
        {"places": 20},
        {"scheme": "digital", "places": 20},
        {"scheme": "offline", "places": 1},
        {"region": "17.71", "places": 3},
    )
    house.award_many(11)
    house.award(regency="17.71", scheme="offline")
    set_quotas(house, {"scheme": "offline", "places": 0})
    with house.as_owner() as connection:
        connection.execute(sa.update(QUOTA).where(QUOTA.c.scheme == "digital").values(used=13))
    claims = {"holder": {"card": new_id()}, "provider": {"provider": new_id()}}
    path = f"/reports/quotas?wave_id={house.wave_id}"
    told = document(house.get(path, role, **claims.get(role or "", {})))
    rows = {(row["scheme"], row["region"]): row for row in told["rows"]}
    assert {of: (row["used"], row["left"]) for of, row in rows.items()} == {
        (None, None): (10, 10),
        ("digital", None): (10, 10),
        ("offline", None): ("<10", "<10"),
        (None, "17.71"): ("<10", "<10"),
    }
    assert (told["differences"], [row["flags"] for row in told["rows"]]) == ([], [[]] * 4)
    assert {each["flags"][0] for each in report(house)["rows"] if each["flags"]} == {
        "used-differs",
        "overdrawn",
    }
