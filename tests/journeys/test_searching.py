"""Finding courses through the gateway, while they come, go, and their worker is killed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from signal import SIGKILL
from urllib.parse import quote

from deploy.local.place import search_index
from tests.journeys import bodies
from tests.journeys.world import World
from tests.waiting import eventually


def a_word() -> str:
    """Return a word that no other test's courses have, of the letters a to p."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex)


def found(world: World, query: str) -> list[str]:
    """Return the ids that a search finds, as the public."""
    return [item["id"] for item in world.public.items(f"/courses?{query}")]


def comes_to(world: World, query: str, expected: set[str]) -> None:
    """Wait until a search finds just so many courses, each once."""

    def is_so() -> bool:
        ids = found(world, query)
        return set(ids) == expected and len(ids) == len(expected)

    eventually(is_so, what=f"{query} finds {len(expected)} courses")


def test_a_course_is_found_from_when_it_is_published_until_it_is_archived(world: World) -> None:
    word = a_word()
    provider_id = world.approved_provider()
    course_id = world.published_course(provider_id, title=f"Pengelasan {word}")
    comes_to(world, f"q={word}", {course_id})
    typo = f"{word[:10]}z{word[11:]}"
    assert found(world, f"q={word[:9]}") == [course_id], "by its beginning"
    assert found(world, f"q={typo}") == [course_id], "with one slip"
    assert found(world, f"q={quote('C.24LAS01.001.1 ' + word)}")[0] == course_id, "by its code"
    document = world.public.read(f"/courses?q={word}")
    assert document["total"] == 1
    assert document["items"] == [world.public.read(f"/courses/{course_id}")]
    world.decide(f"/courses/{course_id}", "archived")
    comes_to(world, f"q={word}", set())


def test_classes_count_while_they_can_be_joined_and_have_seats(world: World) -> None:
    word = a_word()
    provider_id = world.approved_provider()
    staff = world.provider(provider_id)
    course_id = world.published_course(provider_id, "offline", title=word)
    comes_to(world, f"q={word}", {course_id})
    assert found(world, f"q={word}&region=17.71") == []
    made = staff.post(f"/courses/{course_id}/classes", bodies.training_class("offline", seats=1))
    comes_to(world, f"q={word}&region=17.71&has_seats=true", {course_id})
    facets = world.public.read(f"/courses?q={word}&region=31")["facets"]
    assert facets["region"] == [{"value": "17", "count": 1}], "what another choice would leave"
    staff.post(f"/classes/{made['id']}/cancellation", {"reason": "Ruang rusak"})
    comes_to(world, f"q={word}&region=17.71", set())
    assert found(world, f"q={word}") == [course_id]


def test_an_answer_that_did_not_change_is_not_sent_again(world: World) -> None:
    word = a_word()
    course_id = world.published_course(world.approved_provider(), title=word)
    comes_to(world, f"q={word}", {course_id})

    def unchanged() -> bool:
        etag = world.public.get(f"/courses?q={word}").headers["ETag"]
        headers = {"If-None-Match": etag}
        again = world.public.call("GET", f"/courses?q={word}", headers=headers)
        return (again.status_code, again.content) == (304, b"")

    eventually(unchanged, what="the same answer, with nobody else changing the catalogue")


def test_killing_the_worker_at_any_moment_loses_nothing(rough_world: World) -> None:
    word, world = a_word(), rough_world
    provider_id = world.approved_provider()
    courses: set[str] = set()

    def publish(count: int) -> None:
        for number in range(count):
            title = f"{word} {len(courses) + number}"
            courses.add(world.published_course(provider_id, title=title))

    publish(2)
    for _ in range(4):
        publish(3)  # the worker is at work on these when it is killed
        world.stop("catalog-worker", SIGKILL)
        publish(1)
        world.restart("catalog-worker")
    comes_to(world, f"q={word}", courses)


def test_an_index_that_is_lost_comes_back_by_itself(rough_world: World) -> None:
    word, world = a_word(), rough_world
    provider_id = world.approved_provider()
    first = world.published_course(provider_id, title=word)
    comes_to(world, f"q={word}", {first})
    folder = search_index(world.system.folder, world.system.dialect)
    _again_and_again(lambda: shutil.rmtree(folder))
    second = world.published_course(provider_id, title=word)
    comes_to(world, f"q={word}", {first, second})


def _again_and_again(remove: Callable[[], None]) -> None:
    """Remove a folder in which somebody writes: what was made meanwhile makes it fail, and is removed next."""

    def removed() -> bool:
        try:
            remove()
        except FileNotFoundError:
            pass
        except OSError:
            return False
        return True

    eventually(removed, what="the folder is removed")
