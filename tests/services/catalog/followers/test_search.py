"""The index, kept by following the catalogue: what comes in, what goes out, and what it survives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from chassis.clock import utc_now
from chassis.database import Database
from chassis.settings import SettingsError
from services.catalog.followers.search import CHECKED_EVERY, SearchFollower
from services.catalog.queries.indexable import read_indexable
from services.catalog.search import schema
from services.catalog.search.failures import IndexKeptElsewhere
from services.catalog.search.folder import IndexFolder, is_whole, read_state, write_state
from services.catalog.search.reading import SearchIndex
from services.catalog.search.search import Search
from services.catalog.search.wanted import Place, SearchWanted, Sort
from services.catalog.search.writing import IndexWriting
from services.catalog.storage.class_seats import ClassSeats, SeatsHeld
from services.catalog.storage.tables import PROVIDER, SEATS_FLIP, TRAINING_CLASS
from services.catalog.worker import keep_index
from tests.services.catalog.bodies import day, text
from tests.services.catalog.client import OPERATOR, Catalog, follower_on, key, made, service_on
from tests.services.catalog.search.courses import STATE, course


@pytest.fixture
def follower(catalog: Catalog) -> Iterator[SearchFollower]:
    """What keeps the index, as the worker has it."""
    yield catalog.search
    catalog.search.close()


def shown(catalog: Catalog, path: str = "/courses") -> set[str]:
    """Read the ids that a search shows in the index as it is."""
    answer = made(catalog.client.get(f"/api/v1{path}"))
    return {item["id"] for item in answer["items"]}


def generation(catalog: Catalog) -> Path:
    """Return the generation in use."""
    found = IndexFolder(catalog.search_index).current()
    assert found is not None
    return found


def move(database: Database, **values: object) -> None:
    """Set columns of every class, as time does."""
    with database.writing() as connection:
        connection.execute(sa.update(TRAINING_CLASS).values(**values))
        connection.commit()


def hold(database: Database, class_id: str, held: int, position: int) -> None:
    """Let enrolment say how many seats are held."""
    with database.writing() as connection:
        ClassSeats(database).put(connection, [SeatsHeld(class_id, held, position)])
        connection.commit()


def notes(database: Database) -> int:
    """Count the notes that wait to be seen to."""
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(SEATS_FLIP)).scalar_one()


def test_a_course_is_found_once_it_is_published_and_no_more_once_it_is_archived(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    course_id = catalog.course(provider_id, status="submitted")
    follower.catch_up()
    assert shown(catalog) == set()
    catalog.decide(course_id, "published")
    assert shown(catalog) == set(), "nobody followed yet"
    assert follower.catch_up() == 1
    assert shown(catalog) == {course_id}
    catalog.decide(course_id, "archived")
    follower.catch_up()
    assert shown(catalog) == set()
    assert follower.catch_up() == 0, "nothing is new"


def test_courses_of_a_provider_that_is_not_approved_any_more_are_not_found(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    gone, kept = catalog.course(provider_id), catalog.course(catalog.provider())
    follower.catch_up()
    assert shown(catalog) == {gone, kept}
    with catalog.database.writing() as connection:
        query = sa.update(PROVIDER).where(PROVIDER.c.provider_id == provider_id)
        connection.execute(query.values(status="refused"))
        connection.commit()
    with catalog.database.reading() as connection:
        read = read_indexable(connection, catalog.database, [gone, kept], now=utc_now())
        entries = service_on(catalog.database).journal.read(connection, after=0, limit=100)
        of_provider = [e for e in entries if e.kind == "provider-approved"]
        touched = list(follower._touched(connection, of_provider[:1]))
    assert [one.course_id for one in read] == [kept]
    assert touched == [gone], "what is decided on a provider touches its courses"


def test_a_class_that_is_called_off_or_past_does_not_count_any_more(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    called_off, past = catalog.course(provider_id), catalog.course(provider_id)
    class_id = catalog.training_class(provider_id, called_off)["id"]
    follower.catch_up()
    assert shown(catalog, "/courses?region=17") == {called_off}
    made(catalog.post(f"/classes/{class_id}/cancellation", {"reason": "x"}, OPERATOR, **key()))
    catalog.training_class(provider_id, past)
    follower.catch_up()
    assert shown(catalog, "/courses?region=17") == {past}
    move(catalog.database, registration_closes=utc_now() - timedelta(milliseconds=1))
    follower.catch_up()
    assert shown(catalog, "/courses?region=17") == set()
    assert shown(catalog) == {called_off, past}


def test_a_class_that_fills_up_or_comes_free_is_noted_and_then_known(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    course_id = catalog.course(provider_id)
    class_id = catalog.training_class(provider_id, course_id, seats=16)["id"]
    follower.catch_up()
    for position, (held, flips, found) in enumerate(
        [(15, 0, {course_id}), (16, 1, set()), (17, 0, set()), (9, 1, {course_id})], start=1
    ):
        hold(catalog.database, class_id, held, position)
        assert notes(catalog.database) == flips, held
        follower.catch_up()
        assert notes(catalog.database) == 0
        assert shown(catalog, "/courses?has_seats=true") == found, held
    hold(catalog.database, class_id, 16, 9)
    follower.catch_up()
    assert shown(catalog, "/courses?has_seats=false") == {course_id}
    seats = ClassSeats(catalog.database)
    with catalog.database.writing() as connection:
        seats.doubt_all(connection)
        seats.forget_doubted(connection)
        connection.commit()
    follower.catch_up()
    assert shown(catalog, "/courses?has_seats=true") == {course_id}, "numbers were forgotten"


def test_an_index_that_is_lost_is_built_from_what_the_tables_say(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    course_id = catalog.course(provider_id)
    catalog.course(provider_id, status="draft")
    follower.catch_up()
    follower.close()
    shutil.rmtree(catalog.search_index)
    again = follower_on(catalog.database, catalog.search_index)
    again.catch_up()
    assert shown(catalog) == {course_id}
    again.close()


@pytest.mark.parametrize("lost", ["folder", "generation", "pointer"])
def test_an_index_that_is_lost_while_the_worker_runs_is_built_in_the_next_round(
    catalog: Catalog, provider_id: str, follower: SearchFollower, lost: str
) -> None:
    course_id = catalog.course(provider_id)
    follower.catch_up()
    if lost == "folder":
        shutil.rmtree(catalog.search_index)
    elif lost == "generation":
        shutil.rmtree(generation(catalog))
    else:
        next(catalog.search_index.glob("current*")).unlink()
    follower.catch_up()
    assert shown(catalog) == {course_id}
    follower.close()


def test_a_damaged_index_is_noticed_and_built_anew_while_the_old_one_is_served(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    course_id = catalog.course(provider_id)
    follower.catch_up()
    assert shown(catalog) == {course_id}
    old = generation(catalog)
    follower.close()
    assert is_whole(old)
    file = max(old.glob("*.store"), key=lambda found: found.stat().st_size)
    content = bytearray(file.read_bytes())
    content[10] ^= 0xFF
    file.write_bytes(content)
    assert not is_whole(old)
    again = follower_on(catalog.database, catalog.search_index)
    again.catch_up()
    again.close()
    assert generation(catalog) != old
    assert not old.exists()
    assert shown(catalog) == {course_id}


def test_damage_while_the_worker_runs_is_noticed_too(catalog: Catalog, provider_id: str) -> None:
    seconds = [0.0]
    service = service_on(catalog.database, search_index=catalog.search_index)
    follower = SearchFollower(
        folder=catalog.search_index,
        journal=service.journal,
        transactions=service.transactions,
        clock=lambda: seconds[0],
    )
    catalog.course(provider_id)
    follower.catch_up()
    old = generation(catalog)
    next(old.glob("*.idx")).write_bytes(b"")
    follower.catch_up()
    assert generation(catalog) == old, "not looked at yet"
    seconds[0] = CHECKED_EVERY
    follower.catch_up()
    follower.close()
    assert generation(catalog) != old


@pytest.mark.parametrize("changes", [{"epoch": "x"}, {"position": 10_000}, {"digest": "0" * 64}])
def test_an_index_of_another_journal_is_built_anew(
    catalog: Catalog, provider_id: str, follower: SearchFollower, changes: dict[str, object]
) -> None:
    course_id = catalog.course(provider_id)
    follower.catch_up()
    follower.close()
    old = generation(catalog)
    state = read_state(old)
    assert state is not None
    write_state(old, replace(state, **changes))  # type: ignore[arg-type]
    again = follower_on(catalog.database, catalog.search_index)
    again.catch_up()
    again.close()
    assert generation(catalog) != old
    assert shown(catalog) == {course_id}


def test_an_index_of_another_version_is_left_until_there_is_one_of_ours(
    catalog: Catalog,
    provider_id: str,
    follower: SearchFollower,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course_id = catalog.course(provider_id)
    follower.catch_up()
    follower.close()
    assert shown(catalog) == {course_id}
    old = generation(catalog)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    answer = catalog.client.get("/api/v1/courses")
    assert answer.status_code == 200, "who has it open goes on"
    assert SearchIndex(catalog.search_index)._folder.current() is None
    again = follower_on(catalog.database, catalog.search_index)
    again.catch_up()
    again.close()
    assert generation(catalog) != old
    assert shown(catalog) == {course_id}


def test_what_was_written_but_not_noted_is_written_again(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    follower.catch_up()
    before = read_state(generation(catalog))
    assert before is not None
    first = catalog.course(provider_id)
    catalog.training_class(provider_id, first)
    follower.catch_up()
    follower.close()
    write_state(generation(catalog), before)
    again = follower_on(catalog.database, catalog.search_index)
    assert again.catch_up() == 1
    again.close()
    document = made(catalog.client.get("/api/v1/courses"))
    assert ([item["id"] for item in document["items"]], document["total"]) == ([first], 1)


def test_what_was_not_committed_is_not_seen_and_hurts_nobody(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    kept = catalog.course(provider_id)
    follower.catch_up()
    follower.close()
    writing = IndexWriting(generation(catalog))
    writing.replace([kept], [course("Never committed")])
    writing.close()
    again = follower_on(catalog.database, catalog.search_index)
    again.catch_up()
    again.close()
    assert shown(catalog) == {kept}


def test_two_workers_do_not_keep_one_index(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    catalog.course(provider_id)
    follower.catch_up()
    with pytest.raises(SettingsError, match=f"SEARCH_INDEX {catalog.search_index} is kept by"):
        keep_index(follower_on(catalog.database, catalog.search_index), catalog.search_index)
    with pytest.raises(IndexKeptElsewhere):
        follower_on(catalog.database, catalog.search_index).catch_up()
    follower.close()
    other = follower_on(catalog.database, catalog.search_index)
    other.catch_up()
    other.close()


def test_several_processes_see_a_commit_at_their_next_look(
    catalog: Catalog, provider_id: str, follower: SearchFollower
) -> None:
    follower.catch_up()
    readers = [SearchIndex(catalog.search_index) for _ in range(3)]
    marks = {reader.view().mark for reader in readers}
    assert len(marks) == 1
    catalog.course(provider_id)
    follower.catch_up()
    for reader in readers:
        view = reader.view()
        assert view.mark not in marks
        assert len(Search(view, SearchWanted()).page(Sort.NEWEST, Place(10))) == 1


def test_many_entries_are_followed_in_several_steps(
    catalog: Catalog, provider_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.catalog.followers.search.READ_AT_ONCE", 3)
    monkeypatch.setattr("services.catalog.followers.index_building.BUILT_AT_ONCE", 2)
    courses = {catalog.course(provider_id) for _ in range(5)}
    catalog.search.catch_up()
    assert shown(catalog) == courses
    more = {catalog.course(provider_id) for _ in range(5)}
    for course_id in courses:
        catalog.training_class(provider_id, course_id, registration_closes=text(day(10)))
    catalog.search.catch_up()
    assert shown(catalog) == courses | more
    assert shown(catalog, "/courses?region=17.71") == courses


def test_a_state_that_is_nonsense_is_none(tmp_path: Path) -> None:
    for content in (b"", b"[]", b"{}", b'{"epoch": 1}', b"\xff"):
        (tmp_path / "state.json").write_bytes(content)
        assert read_state(tmp_path) is None
    write_state(tmp_path, STATE)
    assert read_state(tmp_path) == STATE
    assert not is_whole(tmp_path)
