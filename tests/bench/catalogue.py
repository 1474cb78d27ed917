"""A catalogue of a hundred thousand courses with real titles, and what searching it costs."""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from chassis.clock import utc_now, write_instant
from chassis.database import Database
from chassis.identifiers import new_id
from chassis.journal import Journal
from chassis.pagination import Page
from chassis.transaction import Transactions
from services.catalog.followers.search import SearchFollower
from services.catalog.queries.course_search import CourseSearch
from services.catalog.search.offers import Wanted
from services.catalog.search.reading import SearchIndex
from services.catalog.search.wanted import SearchWanted, Sort
from services.catalog.storage.tables import (
    CLASS_REGION,
    COURSE,
    JOURNAL,
    PROVIDER,
    TRAINING_CLASS,
)
from vocabulary.regions import REGENCIES, region

_AT_ONCE = 2_000
_COURSES = Path("sample/data/courses.json")
_QUERIES = (
    *(
        "las",
        "bahasa inggris",
        "pasang panel surya",
        "teknisi komputer",
        "desain grafis",
        "barista",
    ),
    *("disain grafs", "SMAW 3G", "merakit komputer", "junior web developer", "tata rias", "cnc"),
    *("administrasi perkantoran", "menjahit baju", "digital marketing", "sepeda motor injeksi"),
)
"""Written for this measurement: one word to four, stems, slips, codes."""


@dataclass(frozen=True, slots=True)
class _Course:
    """A course that is made up of a real one, and its classes."""

    course: dict[str, Any]
    classes: list[dict[str, Any]]
    regions: list[dict[str, Any]]


def fill_catalogue(database: Database, *, courses: int) -> None:
    """Write providers, one in each regency, courses of real titles and one or two classes of each."""
    chance = random.Random(20261122)
    now = utc_now().replace(microsecond=0)
    providers = [_provider(code) for code in REGENCIES]
    real = json.loads(_COURSES.read_text(encoding="utf-8"))
    with database.writing() as connection:
        connection.execute(sa.insert(PROVIDER), providers)
        connection.commit()
    drawn = (_course(chance, real, providers, now) for _ in range(courses))
    while some := list(itertools.islice(drawn, _AT_ONCE)):
        with database.writing() as connection:
            connection.execute(sa.insert(COURSE), [one.course for one in some])
            classes = [each for one in some for each in one.classes]
            connection.execute(sa.insert(TRAINING_CLASS), classes)
            if regions := [each for one in some for each in one.regions]:
                connection.execute(sa.insert(CLASS_REGION), regions)
            connection.commit()


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took, in seconds: by the clock, and of the processor."""

    clock: float
    processor: float


@contextmanager
def measured(into: list[Took]) -> Iterator[None]:
    """Measure what a block takes, of all threads of this process."""
    clock, processor = time.perf_counter(), time.process_time()
    yield
    into.append(Took(time.perf_counter() - clock, time.process_time() - processor))


BUILDERS = int(os.environ.get("INDEX_BUILDERS", "2"))
"""As many as the worker has unless it is told otherwise."""


def build_index(database: Database, folder: Path) -> Took:
    """Build the index as the worker does; processor time is that of the processes in which parts are built, too."""
    follower = SearchFollower(
        folder=folder,
        journal=Journal(database, JOURNAL),
        transactions=Transactions(database),
        builders=BUILDERS,
    )
    clock, processor = time.perf_counter(), sum(os.times()[:4])
    follower.catch_up()
    took = Took(time.perf_counter() - clock, sum(os.times()[:4]) - processor)
    follower.close()
    return took


def search_times(folder: Path, *, searches: int) -> list[Took]:
    """Return what searches took in the service, page, total and facets, none of them kept."""
    index = SearchIndex(folder)
    took: list[Took] = []
    for wanted, sort in itertools.islice(_wanted(random.Random(7)), searches):
        search = CourseSearch(index)  # which has nothing kept
        with measured(took):
            search.find(wanted, sort, Page("bench", None, 50))
    return took


def search_paths() -> Iterator[str]:
    """Yield searches as they are sent, no two of them alike."""
    for number, (wanted, sort) in enumerate(_wanted(random.Random(8))):
        offers = wanted.offers
        given = {
            "q": wanted.text,
            "track": wanted.track,
            "mode": wanted.mode,
            "max_price": 10_000_000 + number if wanted.max_price is None else 1_500_000 + number,
            "region": offers.region and offers.region.code,
            "starts_after": offers.after and write_instant(offers.after),
            "has_seats": offers.has_seats and "true",
            "sort": sort,
        }
        yield f"/courses?{urlencode({name: it for name, it in given.items() if it is not None})}"


def percentile(values: list[float], share: float) -> float:
    """Return what so large a share did not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _wanted(chance: random.Random) -> Iterator[tuple[SearchWanted, Sort]]:
    """Draw what people ask for: mostly words, often a place, sometimes more."""
    now = utc_now()
    while True:
        text = chance.choice((*_QUERIES, None, None, None))
        wanted = SearchWanted(
            text=text,
            track=chance.choice((None, None, None, "skilling")),
            mode=chance.choice((None, None, "online", "offline")),
            max_price=chance.choice((None, None, None, 1_500_000)),
            offers=Wanted(
                region=chance.choice((None, None, region("17"), region("32.75"))),
                after=chance.choice((*[None] * 9, now + timedelta(days=20))),
                has_seats=chance.choice((None, None, True)),
            ),
        )
        usual = Sort.NEWEST if text is None else Sort.RELEVANCE
        yield wanted, chance.choice((*[usual] * 7, Sort.PRICE, Sort.STARTS, Sort.TITLE))


def _provider(code: str) -> dict[str, Any]:
    return {
        "provider_id": new_id(),
        "name": f"BLK {REGENCIES[code].full_name}",
        "kind": "blk",
        "regency": code,
        "status": "approved",
        "version": 1,
    }


def _course(
    chance: random.Random,
    real: list[dict[str, Any]],
    providers: list[dict[str, Any]],
    now: datetime,
) -> _Course:
    source, provider = chance.choice(real), chance.choice(providers)
    title = source["title"]
    if chance.random() < 0.3:
        title = f"{title} dan {chance.choice(real)['title']}"[:200]
    course = {
        "course_id": new_id(),
        "provider_id": provider["provider_id"],
        "status": "published",
        "version": 1,
        "title": title,
        "title_folded": title.casefold(),
        "price": chance.randrange(30, 700) * 5_000,
        "sample_price": True,
        "language": "id",
        "prerequisites": [],
        **{name: source[name] for name in ("summary", "outcomes", "track", "mode", "category")},
        **{name: source[name] for name in ("competency_codes", "hours", "units")},
    }
    made = [_class(chance, course, provider, now) for _ in range(chance.choice((1, 1, 2)))]
    limited = [each for each in made if not each["nationwide"]]
    return _Course(
        course,
        made,
        [{"class_id": each["class_id"], "region": provider["regency"][:2]} for each in limited],
    )


def _class(
    chance: random.Random, course: dict[str, Any], provider: dict[str, Any], now: datetime
) -> dict[str, Any]:
    online = course["mode"] == "online"
    starts = (now + timedelta(days=chance.randrange(5, 120))).replace(
        hour=chance.randrange(12), minute=0, second=0
    )
    ends = starts + timedelta(hours=4)
    return {
        "class_id": new_id(),
        "course_id": course["course_id"],
        "provider_id": provider["provider_id"],
        "status": "published",
        "version": 1,
        "mode": course["mode"],
        "price": course["price"],
        "seats": 16,
        "trainers": 1,
        "zone": "Asia/Jakarta",
        "link": "https://kelas.example/x" if online else None,
        "venue": None if online else "Jl. Salak 1",
        "regency": None if online else provider["regency"],
        "nationwide": not online or chance.random() < 0.7,
        "registration_opens": now - timedelta(days=1),
        "registration_closes": starts - timedelta(days=1),
        "starts_at": starts,
        "ends_at": ends,
        "meetings": [[1, write_instant(starts), write_instant(ends)]],
    }
