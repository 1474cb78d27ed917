"""The commands that the pages show are those that were run."""

from __future__ import annotations

import html
import json
import re
import subprocess
from urllib.parse import parse_qsl

from gateway.pages.curl import FORM, curl_of, variables_of
from gateway.pages.pages import command, path_in_parts, prose
from gateway.pages.reference import reference_of
from tests.gateway.pages.written import (
    OPENAPI,
    OPENAPI_CALLS,
    described,
)


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
