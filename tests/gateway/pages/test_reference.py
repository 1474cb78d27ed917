"""The reference describes every call once, in good order for every reader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest

from gateway.pages.parts import Field
from gateway.pages.reference import reference_of
from tests.gateway.pages.written import (
    HTML,
    OPENAPI,
    PAGES,
    Outline,
    described,
)


@pytest.mark.parametrize("path", HTML)
def test_a_page_is_in_good_order_for_readers_of_every_kind(path: str) -> None:
    outline = Outline(HTML[path])

    assert outline.tags.count("h1") == outline.tags.count("main") == 1
    levels = [int(tag[1]) for tag in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(outline.anchors) == len(set(outline.anchors))
    assert not any(name.startswith("on") for name in outline.attributes)


@pytest.mark.parametrize("path", HTML)
def test_every_link_of_a_page_leads_somewhere(path: str) -> None:
    anchors = {page: set(Outline(text).anchors) for page, text in HTML.items()}
    for link in Outline(HTML[path]).links:
        target, _, anchor = link.partition("#")
        assert (target or path) in PAGES, link
        assert not anchor or anchor in anchors[target or path], link


def test_the_reference_page_describes_every_call_once_and_names_it_for_each_role() -> None:
    reference = reference_of(OPENAPI)
    described = [call.name for group in reference.groups for call in group.described]
    operations = [one for methods in OPENAPI["paths"].values() for one in methods.values()]

    assert sorted(described) == sorted(one["operationId"] for one in operations)
    for operation in operations:
        for role in operation["x-roles"]:
            group = next(group for group in reference.groups if group.role == role)
            assert operation["operationId"] in [call.name for call in group.calls]


def articles_of(path: str) -> list[str]:
    """Return the calls that a page describes."""
    return re.findall('<article aria-labelledby="([a-z_]+)">', HTML[path])


def test_each_role_has_a_page_that_describes_its_calls_and_no_others() -> None:
    for group in reference_of(OPENAPI).groups:
        assert articles_of(f"/api/v1/docs/{group.role}") == [call.name for call in group.calls]


def test_one_page_describes_every_call_once() -> None:
    operations = [one for methods in OPENAPI["paths"].values() for one in methods.values()]
    described = articles_of("/api/v1/docs/all")
    assert sorted(described) == sorted(one["operationId"] for one in operations)


def test_an_address_of_a_call_on_the_reference_still_leads_to_it() -> None:
    anchors = {*Outline(HTML["/api/v1/docs"]).anchors}
    operations = [one for methods in OPENAPI["paths"].values() for one in methods.values()]
    assert {one["operationId"] for one in operations} <= anchors


@pytest.mark.parametrize("path", HTML)
def test_from_everywhere_on_a_page_there_is_a_way_to_its_contents(path: str) -> None:
    header, _, rest = HTML[path].partition("</header>")
    assert {"/api/v1/docs", "/api/v1/docs#calls", "/problems", "#contents"} <= {
        *Outline(header).links
    }
    contents = rest.partition('<nav class="contents" id="contents"')[2].partition("</nav>")[0]
    assert len(Outline(contents).links) > 2


@pytest.mark.parametrize("path", ["/api/v1/docs", "/api/v1/docs/holder", "/problems"])
def test_a_page_names_the_product(path: str) -> None:
    assert "Balai API" in HTML[path].partition("<h1>")[2].partition("</h1>")[0]


def test_the_page_where_people_sign_in_stands_in_the_list_of_what_anybody_calls() -> None:
    listed = HTML["/api/v1/docs"].partition('id="by-public"')[2].partition('id="by-holder"')[0]
    assert '<a href="#an-authorization"><span class="method get">GET</span>' in listed
    assert "<code>/<wbr>oauth/<wbr>authorize</code>" in listed
    assert "/api/v1/docs#an-authorization" in Outline(HTML["/api/v1/docs/public"]).links


def kinds(fields: Iterable[Field]) -> Iterator[str]:
    """Yield what is said that fields hold, and those in them."""
    for field in fields:
        yield field.kind
        yield from kinds(field.members)


def test_nothing_is_said_to_be_anything_or_null() -> None:
    for call in described().values():
        assert not [kind for kind in kinds(call.answer) if "anything or null" in kind], call.name
    timeline = {field.name: field.kind for field in described()["get_enrolments_timeline"].answer}
    assert timeline["next"] == "object or null"


def test_members_that_go_together_are_said_to_before_the_body() -> None:
    notes = {name: call.body_note for name, call in described().items()}
    assert "Exactly one of `card_number`, `nik`." in notes["post_cards_lookup"]
    assert "Exactly one of `card_number`, `card_ref`." in notes["post_corrections"]
    assert "With `card_number` goes `consent`." in notes["post_enrolments"]
    assert "Not together: `version`, `date`." in notes["post_rules_explanation"]


def test_what_is_left_out_of_a_query_says_what_then_counts() -> None:
    told = {field.name: field.description for field in described()["get_classes"].parameters}
    assert told["limit"].endswith("Left out, it is 50.")
    assert told["status"].endswith("Left out, it is published.")
    mine = {field.name: field.description for field in described()["get_courses"].parameters}
    assert mine["mine"].endswith("Left out, it is false.")
