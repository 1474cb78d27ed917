"""The pages about the contract as they are written, and what readers find in them."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from gateway.pages.contract_file import CONTRACT
from gateway.pages.pages import every_page
from gateway.pages.parts import Call
from gateway.pages.reference import reference_of

PAGES = {path: page.forms[0] for path, page in every_page().items()}


WRITTEN = {path: form.plain.decode() for path, form in PAGES.items()}


HTML = {path: text for path, text in WRITTEN.items() if text.startswith("<!doctype html>")}


OPENAPI = json.loads(CONTRACT.read_text(encoding="utf-8"))


OPENAPI_CALLS = {
    operation["operationId"]: operation["x-call"]
    for methods in OPENAPI["paths"].values()
    for operation in methods.values()
}


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


def described() -> dict[str, Call]:
    """Return every call as the page describes it, by its name."""
    reference = reference_of(OPENAPI)
    return {call.name: call for group in reference.groups for call in group.described}


def listed_links(text: str) -> list[str]:
    """Return where the list of calls on a refusal's page leads."""
    return Outline(text.partition('<ul class="calls">')[2]).links
