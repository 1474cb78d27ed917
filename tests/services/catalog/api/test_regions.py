"""The list of regions."""

from __future__ import annotations

import pytest

from tests.services.catalog.client import Catalog, made


def test_every_province_and_regency_is_listed_with_its_zone(
    refusing: tuple[Catalog, str, str],
) -> None:
    catalog, _, _ = refusing
    items = made(catalog.get("/regions"))["items"]
    kinds = [item["kind"] for item in items]
    assert (kinds.count("province"), kinds.count("kabupaten"), kinds.count("kota")) == (38, 416, 98)
    by_code = {item["code"]: item for item in items}
    assert by_code["17.71"] == {
        "code": "17.71",
        "kind": "kota",
        "name": "Bengkulu",
        "full_name": "Kota Bengkulu",
        "parent": "17",
        "zone": "Asia/Jakarta",
    }
    assert by_code["61"]["zone"] == "Asia/Pontianak"
    assert all(item["parent"] in by_code for item in items if item["kind"] != "province")
    assert list(by_code) == sorted(by_code)


def test_the_regencies_of_a_province_are_listed_in_pages(
    refusing: tuple[Catalog, str, str],
) -> None:
    catalog, _, _ = refusing
    whole = [item["code"] for item in made(catalog.get("/regions?parent=17"))["items"]]
    assert len(whole) == 10
    seen: list[str] = []
    cursor = ""
    while True:
        page = made(catalog.get(f"/regions?parent=17&limit=3{cursor}"))
        seen += [item["code"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole


@pytest.mark.parametrize("parent", ["17.71", "1", "99", "seventeen"])
def test_only_a_province_is_a_parent(refusing: tuple[Catalog, str, str], parent: str) -> None:
    catalog, _, _ = refusing
    assert catalog.get(f"/regions?parent={parent}").status_code == 422


def test_who_has_the_list_need_not_read_it_again(refusing: tuple[Catalog, str, str]) -> None:
    catalog, _, _ = refusing
    first = catalog.get("/regions")
    assert "max-age" in first.headers["Cache-Control"]
    again = catalog.get("/regions", if_none_match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
