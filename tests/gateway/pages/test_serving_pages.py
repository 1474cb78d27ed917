"""The pages about the contract are there without any service, and readable without anything else."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.gateway.pages.written import (
    OPENAPI,
    PAGES,
    Outline,
)
from tests.gateway.running import Server
from tests.gateway.wire import request


def test_the_bare_address_leads_to_the_reference(alone: Server) -> None:
    for method, path in (("GET", "/"), ("HEAD", "/"), ("GET", "/?from=a-letter")):
        answer = request(alone, method, path)
        assert (answer.status, answer.header("Location")) == (307, "/api/v1/docs")
        described = [
            PAGES.get(path) for path in re.findall("<([^>]+)>", answer.header("Link") or "")
        ]
        assert len(described) == 2
        assert None not in described
    refused = request(alone, "POST", "/")
    assert refused.status == 405


def test_a_page_that_there_is_not_leads_on(alone: Server) -> None:
    answer = request(alone, "GET", "/nothing", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "/sign-in" in Outline(answer.body.decode()).links


def test_the_contract_is_shown_when_no_service_is_up(alone: Server) -> None:
    answer = request(alone, "GET", "/api/v1/openapi.json")

    assert answer.status == 200
    assert answer.header("Content-Type") == "application/json"
    assert answer.json() == OPENAPI


@pytest.mark.parametrize(
    "path", ["/api/v1/docs", "/api/v1/docs/holder", "/problems", "/problems/class-full"]
)
def test_a_page_runs_nothing_and_loads_nothing(alone: Server, path: str) -> None:
    answer = request(alone, "GET", path)

    assert answer.status == 200
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert answer.header("X-Request-Id")
    policy = answer.header("Content-Security-Policy") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not {"script", "img", "link", "iframe", "form"} & set(Outline(answer.body.decode()).tags)


def test_a_page_can_be_kept_and_asked_for_again(alone: Server) -> None:
    first = request(alone, "GET", "/api/v1/docs")
    tag = first.header("ETag") or ""

    assert first.header("Cache-Control") == "public, max-age=300"
    again = request(alone, "GET", "/api/v1/docs", headers={"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")


def test_a_page_comes_compressed_to_who_takes_that(alone: Server) -> None:
    plain = request(alone, "GET", "/api/v1/docs")
    packed = request(alone, "GET", "/api/v1/docs", headers={"Accept-Encoding": "br, gzip"})

    assert packed.header("Content-Encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 5
    assert packed.header("ETag") != plain.header("ETag")


def test_programs_get_a_refusals_page_as_json(alone: Server) -> None:
    answer = request(alone, "GET", "/problems/class-full", headers={"Accept": "application/json"})

    told = answer.json()
    assert (told["code"], told["status"], told["calls"]) == (
        "class-full",
        409,
        ["post_enrolments"],
    )
    assert told["meaning"]
    assert told["remedy"]


def test_a_page_that_is_wanted_in_no_form_there_is_says_which_there_are(alone: Server) -> None:
    answer = request(alone, "GET", "/problems", headers={"Accept": "image/png"})

    assert answer.status == 406
    assert answer.problem() == "not-acceptable"
