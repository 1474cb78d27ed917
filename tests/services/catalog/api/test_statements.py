"""How many statements a call sends to the database, however long its list is."""

from __future__ import annotations

from tests.services.catalog.client import OPERATOR, Catalog, key, made, staff
from tests.statements import statements


def test_a_list_needs_as_many_statements_for_two_as_for_twelve(
    catalog: Catalog, provider_id: str
) -> None:
    course_id = catalog.course(provider_id, mode="online")
    for number in range(12):
        catalog.training_class(
            provider_id, course_id, online=True, regions=["17", f"18.0{number % 3 + 1}"]
        )
    made(catalog.get("/courses"))
    for path, most in (("/classes", 4), ("/courses?status=draft", 2), ("/providers", 2)):
        joint = "&" if "?" in path else "?"
        with statements(catalog.database) as few:
            catalog.client.get(f"/api/v1{path}{joint}limit=2")
        with statements(catalog.database) as many:
            catalog.client.get(f"/api/v1{path}{joint}limit=12")
        assert len(few) == len(many) <= most, many
    with statements(catalog.database) as sent:
        found = catalog.client.get("/api/v1/courses?q=las&region=17&has_seats=true&limit=200")
    assert (found.status_code, sent) == (200, []), "the index alone answers a search"


def test_a_list_of_classes_that_is_asked_for_again_needs_one_statement(
    catalog: Catalog, provider_id: str
) -> None:
    catalog.training_class(provider_id, catalog.course(provider_id))
    made(catalog.get("/classes"))
    with statements(catalog.database) as sent:
        made(catalog.get("/classes"))
    assert len([each for each in sent if each.startswith("SELECT")]) == 1, sent


def test_writing_a_course_or_a_class_takes_few_statements(
    catalog: Catalog, provider_id: str
) -> None:
    with statements(catalog.database) as sent:
        course_id = catalog.course(provider_id, status="draft")
    assert len(sent) <= 7, sent
    for status in ("submission", "decision"):
        caller = staff(provider_id) if status == "submission" else OPERATOR
        body = {} if status == "submission" else {"decision": "published", "reason": "x"}
        made(catalog.post(f"/courses/{course_id}/{status}", body, caller, **key()))
    with statements(catalog.database) as sent:
        catalog.training_class(provider_id, course_id)
    assert len(sent) <= 8, sent  # one of them reads the versions of the rules that were scheduled
