"""The pages about the contract: there without any service, readable without anything else, and true."""

from __future__ import annotations

import gzip
import html
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import parse_qsl

import jsonschema_rs
import pytest

from chassis.rate_limits import HEADERS
from gateway.pages.contract_file import CONTRACT
from gateway.pages.curl import FORM, curl_of, variables_of
from gateway.pages.pages import command, every_page, path_in_parts, prose
from gateway.pages.parts import Call, Field
from gateway.pages.problem_examples import EXAMPLES
from gateway.pages.reference import reference_of
from tests.gateway.running import Server, gateway_environment, gunicorn
from tests.gateway.wire import request

NOWHERE = "http://127.0.0.1:9"
PAGES = {path: page.forms[0] for path, page in every_page().items()}
WRITTEN = {path: form.plain.decode() for path, form in PAGES.items()}
HTML = {path: text for path, text in WRITTEN.items() if text.startswith("<!doctype html>")}
OPENAPI = json.loads(CONTRACT.read_text(encoding="utf-8"))
OPENAPI_CALLS = {
    operation["operationId"]: operation["x-call"]
    for methods in OPENAPI["paths"].values()
    for operation in methods.values()
}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A gateway behind which no service is up."""
    folder = tmp_path_factory.mktemp("pages")
    environment = gateway_environment(NOWHERE)
    with gunicorn("gateway.app:create_app()", folder, environment=environment) as server:
        yield server


class Outline(HTMLParser):
    """Collects what a page refers to, what can be referred to, and its headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= given.keys()
        if given.get("href"):
            self.links.append(str(given["href"]))
        if given.get("id"):
            self.anchors.append(str(given["id"]))


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


def test_there_is_a_page_for_every_code_and_none_for_others(alone: Server) -> None:
    for code in OPENAPI["x-problems"]:
        assert f"/problems/{code}" in PAGES
    assert request(alone, "GET", "/problems/no-such-code").problem() == "not-found"


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


def test_a_walkthrough_has_one_header_or_field_a_line_and_leads_to_the_calls_that_it_makes() -> (
    None
):
    reference = reference_of(OPENAPI)
    steps = [step for way in reference.walkthroughs for step in way.steps]
    for line in (line for step in steps for line in step.commands.splitlines()):
        assert len(re.findall(r"(?<!\S)-[Hdu] ", line)) <= 1, line
    made = {call.name: call.steps for group in reference.groups for call in group.calls}
    assert [step.name for step in made["post_oauth_token"]] == [
        "a-token",
        "an-exchange",
        "a-refresh",
        "a-failed-sign-in",
    ]
    assert made["get_waves"] == ()


def test_a_command_is_copied_as_it_was_written_and_no_option_of_it_is_broken() -> None:
    long = "-".join(["a-word-that-fits-no-telephone"] * 2)
    text = f"""curl -s "$BASE/x" \\\n  -H "If-Match: $ETAG" \\\n  -d '{{"a": "<b>"}}' {long}"""
    written = str(command(text))
    assert html.unescape(re.sub("</?span[^>]*>", "", written)) == f"{text}\n"
    assert written.count('<span class="line">') == 3
    words = re.findall('<span class="word">(.*?)</span>', written)
    assert [html.unescape(word) for word in words] == [
        "-s",
        '"$BASE/x" \\',
        "-H",
        '"If-Match:',
        '$ETAG" \\',
        "-d",
    ]


def test_a_path_is_broken_behind_its_slashes() -> None:
    assert path_in_parts("/a/<b>") == "/<wbr>a/<wbr>&lt;b&gt;"


def test_what_stands_between_grave_accents_is_code_or_a_link() -> None:
    text = "See `GET /a`, `A title` and `<b>`."
    assert prose(text, addresses={"GET /a": "/x"}, titles={"A title": "#y"}) == (
        'See <a href="/x"><code>GET /a</code></a>, <a href="#y">A title</a>'
        " and <code>&lt;b&gt;</code>."
    )


def test_the_page_of_a_refusal_of_every_call_says_so_instead_of_naming_them() -> None:
    assert ">Every call.<" in HTML["/problems/validation-failed"]
    nearly = HTML["/problems/unauthenticated"]
    assert ">Every call, but for these:<" in nearly
    operations = [one for methods in OPENAPI["paths"].values() for one in methods.values()]
    refusing = OPENAPI["x-problems"]["unauthenticated"]["calls"]
    others = {one["operationId"] for one in operations} - {*refusing}
    assert {link.partition("#")[2] for link in listed_links(nearly)} == others
    few = HTML["/problems/class-full"]
    assert [link.partition("#")[2] for link in listed_links(few)] == ["post_enrolments"]


def listed_links(text: str) -> list[str]:
    """Return where the list of calls on a refusal's page leads."""
    return Outline(text.partition('<ul class="calls">')[2]).links


def test_the_example_of_a_refusal_is_one_as_the_contract_has_it() -> None:
    for code, example in EXAMPLES.items():
        components = {"schemas": OPENAPI["components"]["schemas"]}
        schema = {"$ref": "#/components/schemas/Problem", "components": components}
        jsonschema_rs.Draft202012Validator(schema).validate(example.answer)
        assert example.answer["errors"]
        assert example.answer["code"] == code


def test_every_refusal_of_a_call_is_told_with_it_or_as_one_of_every_call() -> None:
    reference = reference_of(OPENAPI)
    common = {refusal.code for refusal in reference.common}
    own = {
        call.name: {one.code for one in (*call.refusals, *call.row_refusals)}
        for g in reference.groups
        for call in g.calls
    }
    for code, told in OPENAPI["x-problems"].items():
        for name in told["calls"]:
            assert code in common or code in own[name], (code, name)


def test_commands_say_exactly_what_was_sent() -> None:
    for path, methods in OPENAPI["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            media_type, sent = next(iter(content.items())) if content else ("", {})
            if "x-call" not in operation:
                continue
            call, body = operation["x-call"], sent.get("example")
            command = curl_of(method, path, call, body, media_type=media_type)
            words = as_run(command, variables_of(path, call, body))

            assert f"http://gateway{call['address']}" in words
            assert ("Authorization: Bearer a-token" in words) == call["has_token"]
            for name, value in call["headers"].items():
                assert f"{name}: {value}" in words or value == FORM, path  # as curl sends -d anyway
            if isinstance(body, str):
                assert words[words.index("--data-binary") + 1] == body
            elif body is not None:
                data = [words[at + 1] for at, word in enumerate(words) if word == "-d"]
                found = dict(parse_qsl("&".join(data))) if media_type == FORM else json.loads(*data)
                assert found == body
            explicit = words[words.index("-X") + 1] if "-X" in words else None
            sends = {"-d", "--data-binary"} & {*words}
            assert (explicit or ("POST" if sends else "GET")) == method.upper()


def test_an_example_names_every_variable_of_its_command() -> None:
    reference = reference_of(OPENAPI)
    for call in (call for group in reference.groups for call in group.described):
        assert call.example is not None
        used = set(re.findall(r"\$([A-Z_]+)", call.example.command)) - {"BASE"}
        assert used == {name for name, _ in call.example.needs}, call.name
        assert all(what for _, what in call.example.needs)


def test_no_command_has_an_id_that_is_only_an_examples() -> None:
    reference = reference_of(OPENAPI)
    for call in (call for group in reference.groups for call in group.described):
        assert call.example is not None
        assert "0197a1b2-c3d4" not in call.example.command, call.name


def described() -> dict[str, Call]:
    """Return every call as the page describes it, by its name."""
    reference = reference_of(OPENAPI)
    return {call.name: call for group in reference.groups for call in group.described}


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


def test_no_hint_of_an_example_names_the_same_thing_twice() -> None:
    for call in described().values():
        assert call.example is not None
        for name, what in call.example.needs:
            places = what.split(" or ")
            assert len(places) == len(set(places)), (call.name, name)
            if name.endswith(
                "_ID"
            ):  # it is told where to find it, not to read it at its own address
                assert f"{{{name.lower()}}}" not in what, (call.name, name)


def test_who_may_send_no_idempotency_key_is_not_told_to_send_it_again() -> None:
    for call in described().values():
        takes_key = any(field.name == "Idempotency-Key" for field in call.parameters)
        told = [one.code for one in call.refusals if "same Idempotency-Key" in one.remedy]
        assert takes_key or not told, (call.name, told)
    unknown = [one for one in described()["post_cards_lookup"].refusals if one.status == 503]
    assert any(one.remedy.startswith("See what came of it") for one in unknown)


def test_members_that_go_together_are_said_to_before_the_body() -> None:
    notes = {name: call.body_note for name, call in described().items()}
    assert "Exactly one of `card_number`, `nik`." in notes["post_cards_lookup"]
    assert "Exactly one of `card_number`, `card_ref`." in notes["post_corrections"]
    assert "With `card_number` goes `consent`." in notes["post_enrolments"]
    assert "Not together: `version`, `date`." in notes["post_rules_explanation"]


def test_a_refusal_tells_what_it_carries_and_what_that_is() -> None:
    told = {one.code: one for one in described()["post_enrolments"].refusals}
    carried = {field.name: field.kind for field in told["insufficient-balance"].members}
    assert carried == {"balance": "whole number", "price": "whole number"}
    (again,) = told["waiting-time-runs"].members
    assert (again.name, again.kind) == ("open_again_at", "instant")
    assert "<code>open_again_at</code> (instant)" in WRITTEN["/api/v1/docs"]
    assert "<code>open_again_at</code> (instant)" in WRITTEN["/problems/waiting-time-runs"]


def test_what_is_left_out_of_a_query_says_what_then_counts() -> None:
    told = {field.name: field.description for field in described()["get_classes"].parameters}
    assert told["limit"].endswith("Left out, it is 50.")
    assert told["status"].endswith("Left out, it is published.")
    mine = {field.name: field.description for field in described()["get_courses"].parameters}
    assert mine["mine"].endswith("Left out, it is false.")


def test_headers_of_a_bound_are_for_those_who_are_counted() -> None:
    call = described()["post_enrolments"]
    assert call.headers[0] == "Location"
    assert {*call.headers[1:]} == {f"{name} (to officer, operator)" for name in HEADERS}
    assert [bound.roles for bound in call.bounds] == [("officer", "operator")]
    assert {*HEADERS} <= {*described()["post_cards_lookup"].headers}


def test_an_example_tells_whose_token_it_is_what_it_needs_and_what_it_leaves_out() -> None:
    examples = {name: call.example for name, call in described().items()}
    roster, review = examples["get_classes_roster"], examples["post_enrolments_review"]
    assert roster is not None
    assert review is not None
    assert "bound to the class's provider" in dict(roster.needs)["TOKEN"]
    assert any(note.startswith("Works once the training is completed") for note in review.notes)
    assert dict(review.needs)["TOKEN"] == "an access token of the role holder"
    cut = [name for name, one in OPENAPI_CALLS.items() if "shortened" in one]
    assert cut
    for name in cut:
        example = examples[name]
        assert example is not None
        assert any(note.startswith("The answer shows the first") for note in example.notes), name


def as_run(command: str, variables: dict[str, str]) -> list[str]:
    """Return the words that a shell gives to curl."""
    told = {"BASE": "http://gateway", "TOKEN": "a-token", "CLIENT": "id:secret"}
    ran = subprocess.run(
        ["sh", "-euc", 'curl() { printf "%s\\0" "$@"; }\n' + command],
        env={**told, **{name: str(value) for name, value in variables.items()}},
        capture_output=True,
        check=True,
    )
    return ran.stdout.decode().split("\0")[:-1]
