"""Two who write at the same time."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from chassis.database import Database
from chassis.problems import PreconditionFailed
from deploy.local.databases import ServiceDatabase
from services.catalog.domain.courses import CourseStatus, decide
from services.catalog.domain.providers import ProviderStatus
from services.catalog.domain.providers import decide as decide_provider
from services.catalog.storage.courses import find_course, save_course
from services.catalog.storage.holding import Hold
from services.catalog.storage.providers import find_provider, save_provider
from services.catalog.use_cases import schedule_class
from services.catalog.use_cases.shared import own_things
from tests.databases import LOCK_PATIENCE_MS
from tests.services.catalog.bodies import class_body, provider_body
from tests.services.catalog.client import OPERATOR, Catalog, key, made, staff
from tests.services.catalog.domain.examples import RULES

WRITERS = 8


def test_of_edits_made_from_one_version_exactly_one_takes_effect(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    path, me = f"/courses/{course_id}", staff(provider_id)
    tag = catalog.get(path, me).headers["ETag"]
    apps = [Catalog(catalog.database) for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)

    def edit(number: int) -> int:
        start.wait()
        body = {"hours": 20 + number}
        return apps[number].patch(path, body, me, if_match=tag).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = Counter(pool.map(edit, range(WRITERS)))
    assert statuses == {200: 1, 412: WRITERS - 1}
    assert made(catalog.get(path, me))["version"] == 2
    kinds = [entry["kind"] for entry in catalog.journal()]
    assert kinds.count("course-changed") == 1


@pytest.mark.parametrize(("guarded", "waiting"), [(True, 1), (False, WRITERS)])
def test_of_many_who_apply_under_one_name_at_once_one_waits_for_its_decision(
    provision: Callable[[str], ServiceDatabase], guarded: bool, waiting: int
) -> None:
    """The index holds the name; without it, every one of them would."""
    place = provision("services.catalog")
    if not guarded:
        owner = Database(place.owner)
        with owner.writing() as connection:
            connection.execute(sa.text("drop index provider_name_is_held_once"))
            connection.commit()
        owner.dispose()
    database = Database(place.application, lock_timeout_ms=LOCK_PATIENCE_MS)
    apps = [Catalog(database) for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)

    def apply(number: int) -> int:
        start.wait()
        name = "LPK Maju Jaya" if number % 2 else "LPK  MAJU JAYA"
        return apps[number].post("/providers", provider_body(name=name)).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = Counter(pool.map(apply, range(WRITERS)))
    assert statuses == Counter({201: waiting, 409: WRITERS - waiting})
    applied = made(apps[0].get("/providers?status=applied", OPERATOR))["items"]
    assert len(applied) == len(apps[0].journal()) == waiting
    database.dispose()


def test_twins_with_one_key_make_one_course(catalog: Catalog, provider_id: str) -> None:
    apps = [Catalog(catalog.database) for _ in range(WRITERS)]
    start = threading.Barrier(WRITERS)
    once = key()
    body = {
        "title": "Las",
        "summary": "Las.",
        "track": "skilling",
        "mode": "online",
        "hours": 15,
        "price": 1,
    }

    def draft(number: int) -> str:
        start.wait()
        answer = apps[number].post("/courses", body, staff(provider_id), **once)
        return answer.get_data(as_text=True)

    with ThreadPoolExecutor(WRITERS) as pool:
        answers = set(pool.map(draft, range(WRITERS)))
    assert len(answers) == 1
    assert len(made(catalog.get("/courses?mine=true", staff(provider_id)))["items"]) == 1


def test_a_version_is_saved_once_even_by_who_did_not_lock(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    with catalog.database.reading() as connection:
        seen = find_course(connection, course_id, hold=Hold.NOT)
    assert seen is not None
    saved = replace(seen, version=2)
    with catalog.database.writing() as connection:
        save_course(connection, saved)
        connection.commit()
    with catalog.database.writing() as connection, pytest.raises(PreconditionFailed):
        save_course(connection, saved)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_class_is_not_offered_while_its_course_is_being_archived(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Who offers a class holds its course; without that, a class would be open under an archived course."""
    if not guarded:
        monkeypatch.setattr(schedule_class, "Hold", SimpleNamespace(SHARED=Hold.NOT))
    course_id = catalog.course(provider_id)

    def archive(connection: sa.Connection) -> None:
        course = find_course(connection, course_id, hold=Hold.ALONE)
        assert course is not None
        save_course(connection, decide(course, CourseStatus.ARCHIVED, reason="Usang", rules=RULES))

    status = status_of_offer_during(catalog, archive, course_id, provider_id)
    assert status == expected_status(catalog, guarded=guarded)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_class_is_not_offered_while_its_provider_is_being_suspended(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """Who offers a class holds its provider; without that, it would be told of a provider that may offer."""
    if not guarded:
        monkeypatch.setattr(own_things, "Hold", SimpleNamespace(SHARED=Hold.NOT))
    course_id = catalog.course(provider_id)

    def suspend(connection: sa.Connection) -> None:
        provider = find_provider(connection, provider_id, hold=Hold.ALONE)
        assert provider is not None
        suspended = decide_provider(provider, ProviderStatus.SUSPENDED, reason="Diperiksa")
        save_provider(connection, suspended)

    status = status_of_offer_during(catalog, suspend, course_id, provider_id)
    assert status == expected_status(catalog, guarded=guarded)


def status_of_offer_during(
    catalog: Catalog,
    change: Callable[[sa.Connection], None],
    course_id: str,
    provider_id: str,
) -> int:
    """Offer a class while a change is made and not committed yet; return how that is answered."""
    changed, offering = threading.Event(), Catalog(catalog.database)

    def offer() -> int:
        changed.wait()
        path = f"/courses/{course_id}/classes"
        return offering.post(path, class_body(), staff(provider_id)).status_code

    with ThreadPoolExecutor(1) as pool:
        offered = pool.submit(offer)
        with catalog.database.writing() as connection:
            change(connection)
            changed.set()
            wait([offered], timeout=0.5)
            connection.commit()
        return offered.result()


def expected_status(catalog: Catalog, *, guarded: bool) -> int:
    """Return how an offer is answered that comes meanwhile: on SQLite whoever writes holds everything."""
    return 409 if guarded or catalog.database.dialect == "sqlite" else 201
