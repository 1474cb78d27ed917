"""What a list does not understand is refused by name."""

from __future__ import annotations

import pytest

from chassis.pagination import Place
from tests.services.catalog.client import Catalog, made


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=-1", "/limit"),
        ("limit=2.0", "/limit"),
        ("limit=%D9%A2", "/limit"),
        ("limit=99999999999999999999", "/limit"),
        ("limit=2&limit=3", "/limit"),
        ("offset=2", "/offset"),
        ("cursor=x", "/cursor"),
        ("cursor=", "/cursor"),
        (f"cursor={Place('17.71', None).cursor('17.71')}", "/cursor"),
        ("limit=", "/limit"),
        ("region=", "/region"),
        ("region=99", "/region"),
        ("mode=", "/mode"),
        ("status=", "/status"),
        ("status=gone", "/status"),
        ("provider=", "/provider"),
        ("starts_after=", "/starts_after"),
        ("has_seats=", "/has_seats"),
        ("starts_after=2026-02-02T00:00:00Z&starts_before=2026-02-01T00:00:00Z", "/starts_before"),
        (
            "starts_after=2026-02-01T07:00:00%2B07:00&starts_before=2026-02-01T00:00:00Z",
            "/starts_before",
        ),
        ("region=1", "/region"),
        ("region=17.7", "/region"),
        ("region=91.01", "/region"),
        ("region=%00", "/region"),
        ("mode=Online", "/mode"),
        ("provider=7", "/provider"),
        ("starts_after=2026-02-30T00:00:00Z", "/starts_after"),
        ("starts_before=tomorrow", "/starts_before"),
        ("has_seats=1", "/has_seats"),
    ],
)
@pytest.mark.parametrize("path", ["/courses", "/classes"])
def test_a_wrong_filter_is_named(
    refusing: tuple[Catalog, str, str], path: str, query: str, pointer: str
) -> None:
    catalog, _, _ = refusing
    assert pointers_of(catalog, f"{path}?{query}") == [pointer]


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("/courses", "q=", "/q"),
        ("/courses", "q=%20las", "/q"),
        ("/courses", "track=", "/track"),
        ("/courses", "track=sleeping", "/track"),
        ("/courses", "max_price=", "/max_price"),
        ("/courses", "max_price=9007199254740992", "/max_price"),
        ("/courses", "mine=", "/mine"),
        ("/courses", "sort=", "/sort"),
        ("/courses", "sort=best", "/sort"),
        ("/courses", "sort=price&sort=title", "/sort"),
        ("/courses", "sort=relevance", "/sort"),
        ("/courses", "status=draft&sort=price", "/sort"),
        ("/classes", "course=", "/course"),
        ("/classes", "open_at=", "/open_at"),
        ("/providers", "limit=0", "/limit"),
        ("/providers", "limit=99999999999999999999", "/limit"),
        ("/providers", "cursor=", "/cursor"),
        ("/providers", "status=", "/status"),
        ("/providers", "status=closed", "/status"),
        ("/providers", "status=applied&status=approved", "/status"),
        ("/providers", "kind=blk", "/kind"),
        ("/regions", "parent=", "/parent"),
        ("/regions", "parent=17&parent=18", "/parent"),
        ("/regions", "limit=201", "/limit"),
        ("/regions", "cursor=", "/cursor"),
        ("/regions", "zone=Asia/Jakarta", "/zone"),
    ],
)
def test_a_wrong_filter_of_one_list_is_named(
    refusing: tuple[Catalog, str, str], path: str, query: str, pointer: str
) -> None:
    catalog, _, _ = refusing
    assert pointers_of(catalog, f"{path}?{query}") == [pointer]


def test_a_walk_goes_on_in_its_own_list_and_with_its_own_filters_only(
    catalog: Catalog, provider_id: str
) -> None:
    for _ in range(3):
        catalog.course(provider_id)
    cursor = made(catalog.get("/courses?limit=1&track=skilling"))["next_cursor"]
    assert ids_at(catalog, f"/courses?track=skilling&cursor={cursor}", 200) == 2
    for path in (
        "/courses?",
        "/courses?track=reskilling&",
        "/classes?",
        "/providers?",
        "/regions?",
    ):
        assert ids_at(catalog, f"{path}cursor={cursor}", 422) == 0


def pointers_of(catalog: Catalog, path: str) -> list[str]:
    """Read what is refused; return the fields that are named."""
    answer = catalog.get(path)
    assert answer.status_code == 422
    return [error["pointer"] for error in answer.get_json()["errors"]]


def ids_at(catalog: Catalog, path: str, status: int) -> int:
    """Read one page, whose status must be this; return how many it holds."""
    answer = catalog.get(path)
    assert answer.status_code == status, answer.data
    if status == 422:
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/cursor"]
    return len(answer.get_json().get("items", ()))
