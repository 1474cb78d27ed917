"""What the catalogue's fields take is what the contract says they take."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import marshmallow as ma
import pytest

from services.catalog.api.class_schemas import ClassBody
from services.catalog.api.course_schemas import CourseBody
from services.catalog.api.fields import link
from services.catalog.domain.courses import LEAST_HOURS, MOST_HOURS

LINK = link()


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("https://kelas.example", True),
        ("https://kelas-2.lpk.example:8443/masuk?id=86712345678&pwd=a%20b#awal", True),
        ("https://us02web.zoom.example/j/867", True),
        ("https://xn--kls-ela.example/", True),
        ("https://kelas.example/" + "a" * 478, True),
        ("https://kelas.example/" + "a" * 479, False),
        ("http://kelas.example", False),
        ("HTTPS://kelas.example", False),
        ("javascript:alert(1)", False),
        ("https://kelas", False),
        ("https://10.0.0.1/", False),
        ("https://-kelas.example/", False),
        ("https://kelas..example/", False),
        ("https://kelas.example@evil.example/", False),
        ("https://user:word@kelas.example/", False),
        ("https://kelas.example/a b", False),
        ("https://kelas.example/\n", False),
        ("https://kelas.example/<script>", False),
        ("https://kelas.example/é", False),
        ("https://kеlas.example/", False),  # with a Cyrillic letter
        (" https://kelas.example/", False),
        ("", False),
        (None, False),
        (["https://kelas.example"], False),
    ],
)
def test_a_link_is_an_address_under_https_as_the_contract_says(
    address: object, is_taken: bool
) -> None:
    assert jsonschema_rs.validator_for(LINK.form()).is_valid(address) is is_taken
    if is_taken:
        assert LINK.deserialize(address) == address
    else:
        with pytest.raises(ma.ValidationError):
            LINK.deserialize(address)


def form_of(schema: type[ma.Schema], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema().fields[name].form()  # type: ignore[attr-defined]
    return found


def test_the_contract_names_the_bounds_of_hours_and_links() -> None:
    hours = form_of(CourseBody, "hours")
    assert (hours["minimum"], hours["maximum"]) == (LEAST_HOURS, MOST_HOURS)
    assert form_of(ClassBody, "link")["pattern"].startswith("^https://")
