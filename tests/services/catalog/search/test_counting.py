"""Filters, totals and what each choice would leave, compared with a plain reckoning over the same courses."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.catalog.search import counting_regions
from services.catalog.search.courses import IndexedCourse
from services.catalog.search.offers import Offer, Wanted
from services.catalog.search.reading import View
from services.catalog.search.search import Search
from services.catalog.search.wanted import Place, SearchWanted, Sort
from tests.services.catalog.search.courses import course, indexed, titles
from vocabulary.regions import PROVINCES, REGENCIES, Province, Region, region

FIRST_DAY = datetime(2026, 12, 1, 2, tzinfo=UTC)
PLACES = ("17", "17.71", "17.01", "18", "18.01", "31.71")
PROVIDERS = [f"01890000-0000-7000-8000-00000000000{n}" for n in range(3)]


def courses(chance: random.Random) -> list[IndexedCourse]:
    """Draw courses with none to three classes each, of the same places or of different ones."""
    return [
        course(
            f"{chance.choice(['Las', 'Kopi', 'Las Kopi'])} {number}",
            track=chance.choice(["skilling", "reskilling"]),
            mode=chance.choice(["online", "offline"]),
            price=chance.randrange(5) * 100_000,
            provider_id=(provider := chance.choice(PROVIDERS)),
            provider_name=f"BLK {provider[-1]}",
            offers=[offer(chance) for _ in range(chance.randrange(4))],
        )
        for number in range(150)
    ]


def offer(chance: random.Random) -> Offer:
    """Draw a class."""
    regency = chance.choice([None, "17.71", "18.01"])
    limited = chance.sample(PLACES, chance.randrange(3)) if regency is None else []
    day = FIRST_DAY + timedelta(days=chance.choice([*range(6), 9, 14, 30]))
    return Offer(day, chance.random() < 0.6, regency, tuple(limited))


def wanted(chance: random.Random) -> SearchWanted:
    """Draw filters."""
    after = chance.choice([None, None, FIRST_DAY + timedelta(days=chance.randrange(4))])
    return SearchWanted(
        text=chance.choice([None, "las"]),
        track=chance.choice([None, "skilling"]),
        mode=chance.choice([None, None, "online"]),
        provider_id=chance.choice([None, None, PROVIDERS[0]]),
        max_price=chance.choice([None, 200_000]),
        offers=Wanted(
            region=chance.choice([None, *map(region, PLACES)]),
            after=after,
            before=chance.choice(
                [None, (after or FIRST_DAY) + timedelta(days=chance.choice([2, 8, 20]))]
            ),
            has_seats=chance.choice([None, None, True, False]),
        ),
    )


def passes(found: IndexedCourse, asked: SearchWanted) -> bool:
    """Tell whether a course is found."""
    return (
        (asked.text is None or "Las" in found.title)
        and asked.track in (None, found.track)
        and asked.mode in (None, found.mode)
        and asked.provider_id in (None, found.provider_id)
        and (asked.max_price is None or found.price <= asked.max_price)
        and (asked.offers.is_empty or any(fits(one, asked.offers) for one in found.offers))
    )


def fits(one: Offer, asked: Wanted) -> bool:
    """Tell whether one class is as wanted."""
    return (
        (asked.region is None or serves(one, asked.region))
        and (asked.after is None or one.starts_at >= asked.after)
        and (asked.before is None or one.starts_at < asked.before)
        and asked.has_seats in (None, one.has_seats)
    )


def serves(one: Offer, where: Region) -> bool:
    """Tell whether people of a region can join a class, or some of them where it is a province."""
    if one.regency is None and not one.regions:
        return True
    codes = one.regions if one.regency is None else (one.regency,)
    if isinstance(where, Province):
        return any(code[:2] == where.code for code in codes)
    return where.code in codes or where.province in codes


@pytest.fixture(scope="module")
def drawn() -> Iterator[tuple[View, list[IndexedCourse]]]:
    """An index of drawn courses, and the courses."""
    made = courses(random.Random(11))
    with indexed(made) as view:
        yield view, made


@pytest.mark.parametrize("seed", range(60))
def test_every_count_is_what_that_choice_would_leave(
    drawn: tuple[View, list[IndexedCourse]], seed: int
) -> None:
    view, made = drawn
    check_counts(view, made, wanted(random.Random(seed)))


@pytest.mark.parametrize("seed", range(60, 100))
def test_they_are_the_same_where_mixed_courses_are_too_many_to_be_read(
    drawn: tuple[View, list[IndexedCourse]], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting_regions, "MOST_READ", 1)
    view, made = drawn
    check_counts(view, made, wanted(random.Random(seed)))


def check_counts(view: View, made: Sequence[IndexedCourse], asked: SearchWanted) -> None:
    """Check the total and every facet of a search."""

    def left(choice: SearchWanted) -> int:
        return sum(passes(one, choice) for one in made)

    total, facets = Search(view, asked).counts()
    assert total == left(asked) == len(titles(view, asked, Sort.NEWEST))
    for name in ("track", "mode"):
        for choice in facets[name]:
            assert choice["count"] == left(replace(asked, **{name: choice["value"]})), choice
    for choice in facets["provider"]:
        assert choice["count"] == left(replace(asked, provider_id=choice["value"])), choice
        assert choice["name"] == f"BLK {choice['value'][-1]}"
    for choice in facets["has_seats"]:
        offers = replace(asked.offers, has_seats=choice["value"])
        assert choice["count"] == left(replace(asked, offers=offers)), choice
    told = {choice["value"]: choice["count"] for choice in facets["region"]}
    for code in _told(asked.offers.region):
        offers = replace(asked.offers, region=region(code))
        assert told.get(code, 0) == left(replace(asked, offers=offers)), code


def _told(chosen: Region | None) -> Sequence[str]:
    if chosen is None:
        return list(PROVINCES)
    province = chosen.code if isinstance(chosen, Province) else chosen.province
    return [*PROVINCES, *(c for c, found in REGENCIES.items() if found.province == province)]


def test_courses_come_in_every_order(drawn: tuple[View, list[IndexedCourse]]) -> None:
    view, made = drawn
    by_title = {one.title: one for one in made}
    everything = SearchWanted()
    newest = titles(view, everything, Sort.NEWEST)
    assert [by_title[title].course_id[:13] for title in newest] == sorted(
        (one.course_id[:13] for one in made), reverse=True
    ), "to the millisecond, which an id begins with"
    assert titles(view, everything, Sort.TITLE) == sorted(by_title, key=str.lower)
    prices = [by_title[title].price for title in titles(view, everything, Sort.PRICE)]
    assert prices == sorted(prices)
    starts = [
        min(
            (one.starts_at for one in by_title[title].offers),
            default=datetime.max.replace(tzinfo=UTC),
        )
        for title in titles(view, everything, Sort.STARTS)
    ]
    assert starts == sorted(starts), "what cannot be joined comes last"


def test_pages_make_up_the_whole(drawn: tuple[View, list[IndexedCourse]]) -> None:
    view, _ = drawn
    whole = titles(view, SearchWanted(), Sort.TITLE)
    parts = [
        titles(view, SearchWanted(), Sort.TITLE, Place(40, offset=n)) for n in range(0, 160, 40)
    ]
    assert [title for part in parts for title in part] == whole
    hits = Search(view, SearchWanted()).page(Sort.NEWEST, Place(10))
    rest = Search(view, SearchWanted()).page(Sort.NEWEST, Place(200, made_before=hits[-1].made))
    assert len(rest) == len(whole) - 10
    assert {json.loads(hit.shown) for hit in hits}.isdisjoint(json.loads(hit.shown) for hit in rest)


def test_an_instant_is_compared_to_the_millisecond() -> None:
    moment = FIRST_DAY + timedelta(milliseconds=5)
    with indexed([course("Las", offers=[Offer(moment, True, None, ())])]) as view:
        for shift, after, before in ((0, 1, 0), (1, 0, 1), (-1, 1, 0)):
            at = moment + timedelta(milliseconds=shift)
            assert len(_starting(view, Wanted(after=at))) == after
            assert len(_starting(view, Wanted(before=at))) == before
        at = moment + timedelta(microseconds=1)
        assert _starting(view, Wanted(after=at)) == []
        assert _starting(view, Wanted(after=at, before=at + timedelta(microseconds=1))) == []


def _starting(view: View, offers: Wanted) -> list[str]:
    return titles(view, SearchWanted(offers=offers), Sort.NEWEST)


def test_a_course_of_thousands_of_classes_is_counted_where_they_are() -> None:
    codes = [code for code in REGENCIES if not code.startswith("31")]
    many = [
        Offer(FIRST_DAY + timedelta(hours=n), True, None, tuple(codes[n % 500 : n % 500 + 9]))
        for n in range(3_000)
    ]
    late = Offer(FIRST_DAY + timedelta(days=300), True, None, ())
    last = Offer(FIRST_DAY + timedelta(days=200), True, "31.71", ())
    with indexed([course("Las", offers=[*many, late, last])]) as view:
        before = Wanted(before=FIRST_DAY + timedelta(days=150))
        _, facets = Search(view, SearchWanted(offers=before)).counts()
    told = {choice["value"]: choice["count"] for choice in facets["region"]}
    assert told == {code: 1 for code in PROVINCES if code != "31"}
