"""The journal keeps what callers write for ever: no text goes in that holds what looks like a personal number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.chassis.problem_documents import pointers
from tests.services.catalog.bodies import class_body, course_body, provider_body
from tests.services.catalog.client import OPERATOR, Catalog, key, made, staff

TELLING = "Hubungi pemegang NIK 3304 2050 1197 0001."


@dataclass(frozen=True)
class Place:
    """What there is to write about."""

    catalog: Catalog
    provider_id: str
    course_id: str
    class_id: str

    def decide_on_provider(self, **body: Any) -> TestResponse:
        path = f"/providers/{self.provider_id}/decision"
        return self.catalog.post(path, {"decision": "refused", **body}, OPERATOR)

    def decide_on_course(self, **body: Any) -> TestResponse:
        path = f"/courses/{self.course_id}/decision"
        return self.catalog.post(path, {"decision": "archived", **body}, OPERATOR)

    def cancel_class(self, **body: Any) -> TestResponse:
        return self.catalog.post(f"/classes/{self.class_id}/cancellation", body, OPERATOR, **key())

    def apply(self, **changes: Any) -> TestResponse:
        return self.catalog.post("/providers", provider_body(**changes))

    def draft(self, **changes: Any) -> TestResponse:
        return self.catalog.post("/courses", course_body(**changes), staff(self.provider_id))

    def schedule(self, **changes: Any) -> TestResponse:
        path = f"/courses/{self.course_id}/classes"
        return self.catalog.post(path, class_body(**changes), staff(self.provider_id))

    def change_course(self, **changes: Any) -> TestResponse:
        path, me = f"/courses/{self.course_id}", staff(self.provider_id)
        tag = self.catalog.get(path, me).headers["ETag"]
        return self.catalog.patch(path, changes, me, if_match=tag)


WRITES: Mapping[str, tuple[Callable[..., TestResponse], dict[str, Any], str]] = {
    "why a provider is refused": (Place.decide_on_provider, {"reason": TELLING}, "/reason"),
    "why a course is archived": (Place.decide_on_course, {"reason": TELLING}, "/reason"),
    "why a class is cancelled": (Place.cancel_class, {"reason": TELLING}, "/reason"),
    "a provider's name": (Place.apply, {"name": TELLING}, "/name"),
    "a course's title": (Place.draft, {"title": TELLING}, "/title"),
    "a course's summary": (Place.draft, {"summary": TELLING}, "/summary"),
    "a summary that is changed": (Place.change_course, {"summary": TELLING}, "/summary"),
    "what one learns": (Place.draft, {"outcomes": ["Kopi", TELLING]}, "/outcomes/1"),
    "what one must know": (Place.draft, {"prerequisites": [TELLING]}, "/prerequisites/0"),
    "a category": (Place.draft, {"category": TELLING}, "/category"),
    "a unit": (Place.draft, {"units": [{"title": TELLING}]}, "/units/0/title"),
    "a venue": (Place.schedule, {"venue": TELLING}, "/venue"),
}


@pytest.fixture
def place(catalog: Catalog, provider_id: str) -> Place:
    course_id = catalog.course(provider_id)
    return Place(
        catalog, provider_id, course_id, catalog.training_class(provider_id, course_id)["id"]
    )


@pytest.mark.parametrize("what", WRITES)
def test_a_text_with_a_personal_number_is_refused_by_its_field_and_nothing_is_written(
    place: Place, what: str
) -> None:
    write, body, pointer = WRITES[what]
    before = len(place.catalog.journal())
    answer = write(place, **body)
    assert (answer.status_code, pointers(answer)) == (422, [pointer])
    assert "3304" not in answer.text
    assert len(place.catalog.journal()) == before


def test_the_same_writes_without_a_number_are_taken(place: Place) -> None:
    made(place.cancel_class(reason="Instruktur sakit, lihat surat 12/2026"))
    made(place.decide_on_course(reason="Kurikulum usang sejak 2026-01-01"))
