"""Filters and pages of the lists."""

from __future__ import annotations

from chassis.database import Database
from chassis.feed_client import NEVER, FollowerState
from chassis.follower import move_follower, read_follower_state
from services.catalog.followers.seats import SOURCE
from services.catalog.storage.class_seats import ClassSeats, SeatsHeld
from services.catalog.storage.tables import FOLLOWER_STATE
from tests.services.catalog.bodies import day, meeting, text, two_days
from tests.services.catalog.client import AUDITOR, OPERATOR, Catalog, key, made, staff


def ids(catalog: Catalog, path: str, caller: dict[str, str] | None = None) -> list[str]:
    """Read a list to its end in pages of two and return the ids."""
    found: list[str] = []
    joint, cursor = "&" if "?" in path else "?", ""
    while True:
        page = made(catalog.get(f"{path}{joint}limit=2{cursor}", caller))
        found += [item["id"] for item in page["items"]]
        assert len(page["items"]) <= 2
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def hold(database: Database, class_id: str, held: int) -> None:
    """Let enrolment have said how many seats are held, as its follower does."""
    with database.writing() as connection:
        before = read_follower_state(connection, FOLLOWER_STATE, SOURCE)
        position = before.position + 1 if before else 1
        after = FollowerState(None, position, None, NEVER)
        move_follower(connection, FOLLOWER_STATE, SOURCE, before=before, after=after)
        ClassSeats(database).put(connection, [SeatsHeld(class_id, held, position)])
        connection.commit()


def test_a_walk_neither_skips_nor_repeats_while_others_write(
    catalog: Catalog, provider_id: str
) -> None:
    before = [catalog.course(provider_id) for _ in range(5)]
    first = made(catalog.get("/courses?limit=2"))
    catalog.decide(before[0], "archived")
    later = catalog.course(provider_id)
    seen = [item["id"] for item in first["items"]]
    cursor = first["next_cursor"]
    while cursor:
        page = made(catalog.get(f"/courses?limit=2&cursor={cursor}"))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == before[:0:-1], "the newest first; what is made later is not in the way"
    assert ids(catalog, "/courses") == [later, *before[:0:-1]]


def test_a_page_that_ends_exactly_at_the_limit_has_no_next(
    catalog: Catalog, provider_id: str
) -> None:
    catalog.course(provider_id)
    catalog.course(provider_id)
    assert made(catalog.get("/courses?limit=2"))["next_cursor"] is None


def test_courses_are_filtered_by_what_they_are(catalog: Catalog, provider_id: str) -> None:
    other = catalog.provider()
    welding = catalog.course(provider_id, price=900_000)
    english = catalog.course(
        other,
        title="Bahasa Inggris 100%",
        summary="Percakapan sehari-hari.",
        outcomes=[],
        mode="online",
        track="upskilling",
        price=2_000_000,
    )
    catalog.course(provider_id, status="draft")
    assert ids(catalog, "/courses") == [english, welding]
    assert ids(catalog, "/courses?mode=online") == [english]
    assert ids(catalog, "/courses?track=skilling") == [welding]
    assert ids(catalog, f"/courses?provider={other}") == [english]
    assert ids(catalog, "/courses?max_price=900000") == [welding]
    assert ids(catalog, "/courses?max_price=899999") == []
    assert ids(catalog, "/courses?q=inggris") == [english]
    assert ids(catalog, "/courses?q=LAS") == [welding]
    assert ids(catalog, "/courses?q=100%25") == [english]
    assert ids(catalog, "/courses?q=_") == []


def test_a_title_is_found_in_small_and_capital_letters_of_every_script(
    catalog: Catalog, provider_id: str
) -> None:
    cafe = catalog.course(provider_id, title="Barista CAFÉ Élite")
    road = catalog.course(provider_id, title="Straßenbau")
    assert ids(catalog, "/courses?q=caf%C3%A9%20%C3%A9LITE") == [cafe]
    assert ids(catalog, "/courses?q=CAF%C3%89") == [cafe]
    assert ids(catalog, "/courses?q=STRASSE") == [road]


def test_a_title_is_found_by_its_new_words_once_it_was_changed(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, title="Ragam Kopi", status="draft")
    path, caller = f"/courses/{course_id}", staff(provider_id)
    seen = catalog.get(path, caller).headers["ETag"]
    made(catalog.patch(path, {"title": "Élite"}, caller, if_match=seen))
    assert ids(catalog, "/courses?mine=true&q=%C3%A9lite", caller) == [course_id]
    assert ids(catalog, "/courses?mine=true&q=kopi", caller) == []


def test_a_provider_sees_its_own_courses_in_any_state(catalog: Catalog, provider_id: str) -> None:
    other = catalog.provider()
    draft = catalog.course(provider_id, status="draft")
    published = catalog.course(provider_id)
    others_draft = catalog.course(other, status="submitted")
    me = staff(provider_id)
    assert ids(catalog, "/courses?mine=true", me) == [draft, published]
    assert ids(catalog, "/courses?mine=true&status=draft", me) == [draft]
    assert ids(catalog, "/courses?status=draft", me) == [draft]
    assert ids(catalog, "/courses", me) == [published]
    for caller in (OPERATOR, AUDITOR):
        assert ids(catalog, "/courses?status=submitted", caller) == [others_draft]
        assert catalog.get("/courses?mine=true", caller).status_code == 403
    assert ids(catalog, "/courses?status=submitted") == []
    assert catalog.get("/courses?mine=true").status_code == 401
    for document in made(catalog.get("/courses?mine=true", me))["items"]:
        assert "reason" in document
    assert "reason" not in made(catalog.get("/courses"))["items"][0]


def test_courses_are_found_where_a_class_is_held_or_serves(
    catalog: Catalog, provider_id: str
) -> None:
    here = catalog.course(provider_id)
    catalog.training_class(provider_id, here)
    everywhere, province, regency = (catalog.course(provider_id, mode="online") for _ in range(3))
    catalog.training_class(provider_id, everywhere, online=True)
    catalog.training_class(provider_id, province, online=True, regions=["17"])
    catalog.training_class(provider_id, regency, online=True, regions=["17.71", "18.01"])
    catalog.course(provider_id)
    assert ids(catalog, "/courses?region=17.71") == [regency, province, everywhere, here]
    assert ids(catalog, "/courses?region=17.01") == [province, everywhere]
    assert ids(catalog, "/courses?region=17") == [regency, province, everywhere, here]
    assert ids(catalog, "/courses?region=18") == [regency, everywhere]
    assert ids(catalog, "/courses?region=31.71") == [everywhere]
    assert len(ids(catalog, "/classes?region=17.71")) == 4
    assert len(ids(catalog, "/classes?region=18.01")) == 2


def test_one_class_must_pass_every_filter_of_a_course(catalog: Catalog, provider_id: str) -> None:
    course_id = catalog.course(provider_id)
    full_soon = catalog.training_class(provider_id, course_id, seats=1)
    late = catalog.training_class(
        provider_id, course_id, meetings=two_days(60), registration_closes=text(day(50))
    )
    hold(catalog.database, full_soon["id"], 1)
    assert ids(catalog, "/courses?has_seats=true") == [course_id]
    assert ids(catalog, f"/courses?has_seats=true&starts_before={text(day(40))}") == []
    assert ids(catalog, f"/courses?has_seats=false&starts_before={text(day(40))}") == [course_id]
    assert ids(catalog, f"/courses?starts_after={text(day(40))}&has_seats=true") == [course_id]
    catalog.post(f"/classes/{late['id']}/cancellation", {"reason": "x"}, OPERATOR, **key())
    assert ids(catalog, f"/courses?starts_after={text(day(40))}") == []
    assert ids(catalog, "/courses?has_seats=true") == []


def test_a_course_whose_registration_is_over_is_not_found_by_its_classes(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id)
    catalog.training_class(
        provider_id,
        course_id,
        registration_opens=text(day(-5)),
        registration_closes=text(day(-1)),
    )
    assert ids(catalog, "/courses?region=17.71") == []
    assert ids(catalog, "/courses") == [course_id]


def test_classes_are_filtered(catalog: Catalog, provider_id: str) -> None:
    other = catalog.provider()
    offline, online = catalog.course(provider_id), catalog.course(other, mode="online")
    first = catalog.training_class(provider_id, offline)["id"]
    second = catalog.training_class(
        other,
        online,
        online=True,
        meetings=[meeting(number, on_day=59 + number, hours=3) for number in range(1, 6)],
        registration_opens=text(day(10)),
        registration_closes=text(day(50)),
    )["id"]
    assert ids(catalog, "/classes") == [first, second]
    assert ids(catalog, f"/classes?course={online}") == [second]
    assert ids(catalog, f"/classes?provider={provider_id}") == [first]
    assert ids(catalog, "/classes?mode=offline") == [first]
    assert ids(catalog, f"/classes?starts_after={text(day(30))}") == [first, second]
    assert ids(catalog, f"/classes?starts_before={text(day(30))}") == []
    assert ids(catalog, f"/classes?open_at={text(day(0))}") == [first]
    assert ids(catalog, f"/classes?open_at={text(day(10, hour=2))}") == [first, second]
    assert ids(catalog, f"/classes?open_at={text(day(50, hour=2))}") == []
    hold(catalog.database, first, 16)
    assert ids(catalog, "/classes?has_seats=true") == [second]
    assert ids(catalog, "/classes?has_seats=false") == [first]


def test_a_list_of_ones_own_courses_is_unchanged_until_what_it_says_changes(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, status="draft")
    me, path = staff(provider_id), "/courses?mine=true"
    seen = catalog.get(path, me).headers["ETag"]
    same = catalog.get(path, me, if_none_match=seen)
    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", seen)
    catalog.course(catalog.provider())
    assert catalog.get(path, me, if_none_match=seen).status_code == 304, "another's course"
    tag = catalog.get(f"/courses/{course_id}", me).headers["ETag"]
    made(catalog.patch(f"/courses/{course_id}", {"title": "Las Busur"}, me, if_match=tag))
    changed = catalog.get(path, me, if_none_match=seen)
    assert (changed.status_code, changed.headers["ETag"] == seen) == (200, False)


def test_a_list_of_classes_is_unchanged_until_what_it_says_changes(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id)
    class_id = catalog.training_class(provider_id, course_id)["id"]
    seen = catalog.get("/classes").headers["ETag"]

    def again() -> int:
        nonlocal seen
        answer = catalog.get("/classes", if_none_match=seen)
        seen = answer.headers["ETag"]
        return answer.status_code

    assert again() == 304
    catalog.course(provider_id)
    assert again() == 304, "another course is not in it"
    hold(catalog.database, class_id, 3)
    assert again() == 200, "a seat was taken"
    assert again() == 304
    catalog.decide(course_id, "archived")
    assert again() == 200, "the class is closed"
    catalog.training_class(provider_id, catalog.course(provider_id))
    assert again() == 200, "there is another class"
    assert again() == 304
