"""GET /courses as its callers meet it."""

from __future__ import annotations

import base64
import json
import shutil
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.pagination import Place
from services.catalog.queries import course_search
from services.catalog.search.folder import IndexFolder
from tests.services.catalog.client import Catalog, made, staff


def found(catalog: Catalog, query: str) -> dict[str, Any]:
    """Search, in the index brought up to date."""
    return made(catalog.get(f"/courses?{query}"))


def walk(catalog: Catalog, query: str) -> list[str]:
    """Walk through a search in pages of two."""
    page = found(catalog, f"{query}&limit=2")
    ids = [item["id"] for item in page["items"]]
    while page["next_cursor"]:
        page = found(catalog, f"{query}&limit=2&cursor={page['next_cursor']}")
        ids += [item["id"] for item in page["items"]]
    return ids


def test_an_answer_has_items_their_number_and_what_other_choices_would_leave(
    catalog: Catalog, provider_id: str
) -> None:
    welding = catalog.course(provider_id)
    catalog.training_class(provider_id, welding)
    catalog.course(provider_id, title="Kopi", mode="online", track="upskilling", summary="Seduh.")
    answer = found(catalog, "q=mengelas&track=skilling")
    assert [item["id"] for item in answer["items"]] == [welding]
    assert answer["items"] == [made(catalog.get(f"/courses/{welding}"))]
    assert (answer["total"], answer["next_cursor"]) == (1, None)
    name = answer["items"][0]["provider_name"]
    assert answer["facets"]["track"][0] == {"value": "skilling", "count": 1}
    assert answer["facets"]["provider"] == [{"value": provider_id, "name": name, "count": 1}]
    assert answer["facets"]["region"] == [{"value": "17", "count": 1}]
    assert answer["facets"]["has_seats"] == [
        {"value": True, "count": 1},
        {"value": False, "count": 0},
    ]
    everything = found(catalog, "")["facets"]
    assert {choice["value"]: choice["count"] for choice in everything["mode"]} == {
        "offline": 1,
        "online": 1,
    }


def test_words_come_by_relevance_and_everything_else_by_the_newest(
    catalog: Catalog, provider_id: str
) -> None:
    best = catalog.course(provider_id, title="Barista", price=300_000)
    other = catalog.course(provider_id, title="Kafe", summary="Untuk barista.", price=200_000)
    assert walk(catalog, "q=barista") == [best, other]
    assert walk(catalog, "") == [other, best]
    assert walk(catalog, "sort=newest&q=barista") == [other, best]
    assert walk(catalog, "sort=price") == [other, best]
    assert walk(catalog, "sort=title") == [best, other]
    assert walk(catalog, "sort=starts&q=barista") in ([best, other], [other, best])


@pytest.mark.parametrize("sort", ["newest", "title", "price", "starts"])
def test_a_walk_in_any_order_shows_everything_once(
    catalog: Catalog, provider_id: str, sort: str
) -> None:
    made_ids = {catalog.course(provider_id, title=f"Las {n}", price=n * 1000) for n in range(5)}
    ids = walk(catalog, f"sort={sort}")
    assert (set(ids), len(ids)) == (made_ids, 5)


def test_an_etag_stays_until_something_changes_and_differs_by_what_is_asked(
    catalog: Catalog, provider_id: str
) -> None:
    catalog.course(provider_id)
    first = catalog.get("/courses?q=las")
    etag = first.headers["ETag"]
    again = catalog.get("/courses?q=las", if_none_match=etag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert catalog.get("/courses?q=las&limit=3").headers["ETag"] != etag
    assert catalog.get("/courses").headers["ETag"] != etag
    catalog.course(provider_id)
    changed = catalog.get("/courses?q=las", if_none_match=etag)
    assert (changed.status_code, changed.get_json()["total"]) == (200, 2)


def test_who_lists_courses_to_work_with_them_gets_no_search(
    catalog: Catalog, provider_id: str
) -> None:
    draft = catalog.course(provider_id, status="draft")
    answer = made(catalog.get("/courses?mine=true", staff(provider_id)))
    assert [item["id"] for item in answer["items"]] == [draft]
    assert answer.keys() == {"items", "next_cursor"}


def test_deep_pages_are_refused_with_what_to_do_instead(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_search, "MOST_WALKED", 4)
    for _ in range(6):
        catalog.course(provider_id)
    page = found(catalog, "sort=price&limit=2")
    page = found(catalog, f"sort=price&limit=2&cursor={page['next_cursor']}")
    answer = catalog.get(f"/courses?sort=price&limit=2&cursor={page['next_cursor']}")
    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert error["pointer"] == "/cursor"
    assert "sort=newest" in error["message"]
    assert len(walk(catalog, "sort=newest")) == 6


@pytest.mark.parametrize(
    "forged", ["9" * 19, "0", "01890000-0000-7000-8000-000000000001", "-1", "x"]
)
def test_forged_cursors_are_refused_or_lead_nowhere(
    catalog: Catalog, provider_id: str, forged: str
) -> None:
    catalog.course(provider_id)
    catalog.course(provider_id)
    for query, caller in (("sort=price&", None), ("", None), ("mine=true&", staff(provider_id))):
        page = made(catalog.get(f"/courses?{query}limit=1", caller))
        listing, _ = _opened(page["next_cursor"])
        cursor = Place(listing, None).cursor(forged)
        answer = catalog.get(f"/courses?{query}limit=1&cursor={cursor}", caller)
        assert answer.status_code in (200, 422), answer.data
        if answer.status_code == 422:
            assert answer.get_json()["errors"][0]["pointer"] == "/cursor"


def _opened(cursor: str) -> tuple[str, str]:
    listing, key = json.loads(base64.urlsafe_b64decode(cursor))
    return listing, key


def test_without_an_index_the_answer_says_when_to_ask_again(
    catalog: Catalog, provider_id: str
) -> None:
    catalog.course(provider_id)
    answer = catalog.client.get("/api/v1/courses")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.get_json()["code"] == "search-unavailable"
    assert catalog.client.get("/api/v1/classes").status_code == 200
    assert catalog.get("/courses").status_code == 200


def test_the_last_state_is_served_while_the_index_is_away(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id)
    assert [item["id"] for item in found(catalog, "q=las")["items"]] == [course_id]
    generation = IndexFolder(catalog.search_index).current()
    assert generation is not None
    catalog.search.close()
    shutil.rmtree(generation)
    answer = made(catalog.client.get("/api/v1/courses?q=kopi+las"))
    assert [item["id"] for item in answer["items"]] == [course_id]


def test_no_text_brings_the_search_down(refusing: tuple[Catalog, str, str]) -> None:
    catalog, _, _ = refusing
    catalog.search.catch_up()

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.text(max_size=220))
    def asked(text: str) -> None:
        path = f"/api/v1/courses?q={quote(text.encode('utf-8', 'surrogatepass'))}"
        assert catalog.client.get(path).status_code in (200, 422)

    asked()
