"""The example of a call: a command, what has to be put in, and what it is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.pages.curl import FORM, curl_of, variables_of

_INSTANT = re.compile(r'"[0-9]{4}-[0-9]{2}-[0-9]{2}T')
_BODY, _HEADER = "$response.body#/", "$response.header."
MOST_SOURCES = 2


@dataclass(frozen=True, slots=True)
class Example:
    """A command, what its variables stand for, and what it is answered."""

    command: str
    needs: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    answer: str


def success_of(made: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the status and the answer of a call that did what was wished: of several, the one that did it anew."""
    answers: Mapping[str, Any] = made["responses"]
    return next((status, answers[status]) for status in ("202", "201", "200") if status in answers)


def example_of(contract: Mapping[str, Any], path: str, method: str) -> Example | None:
    """Return the recorded example of a call, or None where there is none."""
    made = contract["paths"][path][method]
    if "x-call" not in made:
        return None
    call = made["x-call"]
    taken = made.get("requestBody", {}).get("content", {})
    media_type = next(iter(taken), "")
    body = taken[media_type].get("example") if taken else None
    command = curl_of(method, path, call, body, media_type=media_type)
    return Example(
        command,
        needs=tuple(_needs(contract, made, variables_of(path, call, body), media_type)),
        notes=(*_told_with(call), *_notes(command)),
        answer=json.dumps(_recorded(made), indent=2, ensure_ascii=False),
    )


def _recorded(made: Mapping[str, Any]) -> Any:
    """Return what a call was answered: a refusal where the rules in force let nobody succeed."""
    answers = made["responses"].values()
    told = (content for answer in answers for content in answer.get("content", {}).values())
    return next(content["example"] for content in told if "example" in content)


def _needs(
    contract: Mapping[str, Any], made: Mapping[str, Any], variables: Mapping[str, Any], form: str
) -> Iterator[tuple[str, str]]:
    """Yield each variable of a command, but for the address, and what is to be put into it."""
    told: Mapping[str, str] = made["x-call"].get("variables", {})
    if made["x-call"]["has_token"]:
        yield "TOKEN", told.get("TOKEN") or _token(made["x-call"]["role"], made["x-roles"])
    if form == FORM and "CLIENT_ID" not in variables:
        yield "CLIENT", "id and secret of a registered client, with a colon between them"
    for variable in variables:
        if variable in told:
            yield variable, told[variable]
        elif variable == "KEY":
            yield variable, "a random value of your own, such as a UUID; another one for each wish"
        else:
            wanted = "If-Match" if variable == "ETAG" else variable.lower()
            found = dict.fromkeys(_sources(contract, made["operationId"], wanted))
            sources = sorted(found, key=_rank)[:MOST_SOURCES]
            yield variable, " or ".join(sources) or "one of yours"


def _rank(source: str) -> tuple[bool, int]:
    """Put lists first: whoever begins has them, and what they have is what others may see."""
    return "{" in source or "`GET " not in source, len(source)


def _token(role: str, roles: Sequence[str]) -> str:
    """Say whose token a command is for: of several roles that may call, that of the example."""
    if roles == ["public"]:
        return "any access token"
    others = [one for one in roles if one != role]
    besides = f" (the call also takes those of: {', '.join(others)})" if others else ""
    return f"an access token of the role {role}{besides}"


def _sources(contract: Mapping[str, Any], name: str, wanted: str) -> Iterator[str]:
    """Yield where earlier answers tell what a call asks for, as the links of the contract have it.

    What no link leads to, such as a filter, is named as what other calls ask for under the same name.
    """
    links = [*_links(contract, wanted)]
    of_the_call = [one for one in links if one[0] == name]
    for _, where, source in of_the_call or links:
        if _is_its_own(where, wanted) and f"{{{wanted}}}" not in source:
            yield f"{_place(where)} of `{source}`"


def _links(contract: Mapping[str, Any], wanted: str) -> Iterator[tuple[str, str, str]]:
    """Yield the calls that ask for something, with where it is told and by which call that lists, shows or makes."""
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for target, link in answer.get("links", {}).items():
                    told = {**link.get("parameters", {}), **link.get("requestBody", {})}
                    makes_or_shows = (
                        method == "get" or status in ("201", "202") or not wanted.endswith("_id")
                    )
                    if wanted in told and makes_or_shows:
                        yield target, told[wanted], f"{method.upper()} {path}"


def _is_its_own(where: str, wanted: str) -> bool:
    """Tell whether a thing is named by an answer about it, and not by one about something else that it stands in."""
    return not (wanted.endswith("_id") and where.endswith(f"/{wanted}"))


def _place(expression: str) -> str:
    if expression.startswith(_HEADER):
        return f"the header `{expression.removeprefix(_HEADER)}`"
    return f"`{expression.removeprefix(_BODY).replace('/0/', '[0].')}`"


def _told_with(call: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the contract says of an example: what it needs first, and where its answer is shortened."""
    if needs := call.get("needs"):
        yield needs
    if cut := call.get("shortened"):
        lists = ", ".join(f"`{place}` has {count}" for place, count in cut.items())
        yield f"The answer shows the first of long lists only: {lists}."


def _notes(command: str) -> tuple[str, ...]:
    if _INSTANT.search(command):
        return ("Its instants are those of the example: put in ones to come.",)
    return ()
