"""The pages, rendered once, and how they are answered."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chassis.media_types import HTML, media_type_for
from chassis.validators import spare_what_is_known
from gateway.pages.contract_file import CONTRACT
from gateway.pages.parts import Group, Reference
from gateway.pages.problem_examples import EXAMPLES
from gateway.pages.reference import members_of, reference_of

TEMPLATES = Path(__file__).parent / "templates"
DOCS = "/api/v1/docs"
JSON = "application/json"
KEPT = "public, max-age=300"

_WORD = re.compile(r"((?<!\S)(?=\S*-)\S{1,28}(?: \\$|(?!\S))|(?<!\S)\S{1,28} \\$)")
"""What is not broken: a word with a hyphen, and a last one with its backslash; longer ones fit no telephone."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a page: its bytes, plain and compressed, and the tags under which they may be kept."""

    media_type: str
    plain: bytes
    packed: bytes
    tag: str

    @property
    def content_type(self) -> str:
        """Return the media type as it is sent; JSON is always UTF-8 and says nothing of it."""
        return self.media_type if self.media_type == JSON else f"{self.media_type}; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Page:
    """A page in each of its forms, the usual one first, with the headers that go with all of them."""

    forms: tuple[Form, ...]
    headers: tuple[tuple[str, str], ...]

    def answer(self) -> Response:
        """Answer the present request in the form it asks for. Raises `NotAcceptable`."""
        forms = {form.media_type: form for form in self.forms}
        form = forms[media_type_for(request, tuple(forms))]
        packed = request.accept_encodings["gzip"] > 0
        response = Response(form.packed if packed else form.plain)
        response.content_type = form.content_type
        response.headers["ETag"] = f'"{form.tag}{"-gz" if packed else ""}"'
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers.extend(self.headers)
        spare_what_is_known(response, request)
        return response


def every_page() -> dict[str, Page]:
    """Return every page by its path."""
    raw = CONTRACT.read_bytes()
    contract: Mapping[str, Any] = json.loads(raw)
    writer = _Writer(contract)
    return {
        "/api/v1/openapi.json": writer.page(_form(JSON, _compact(contract))),
        DOCS: writer.page(writer.reference()),
        f"{DOCS}/all": writer.page(writer.all_calls()),
        **{
            f"{DOCS}/{tag['name']}": writer.page(writer.calls_of(tag["name"]))
            for tag in contract["tags"]
        },
        "/problems": writer.page(writer.problems(), _form(JSON, _compact(contract["x-problems"]))),
        **{
            f"/problems/{code}": writer.page(
                writer.problem(code), _form(JSON, _compact({"code": code, **told}))
            )
            for code, told in contract["x-problems"].items()
        },
    }


class _Writer:
    """Renders the pages of a contract."""

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = contract
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._reference = reference_of(contract)
        self._addresses = _addresses(self._reference, contract["x-problems"])
        titles = {way.title: f"{DOCS}#{way.name}" for way in self._reference.walkthroughs}
        self._environment.filters["prose"] = prose
        self._environment.filters["linked"] = partial(
            prose, addresses=self._addresses, titles=titles
        )
        self._environment.filters["command"] = command
        self._environment.filters["path"] = path_in_parts
        style = self._environment.get_template("style.css").render()
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )
        self._headers = (
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", KEPT),
            ("Vary", "Accept, Accept-Encoding"),
        )

    def page(self, *forms: Form) -> Page:
        return Page(forms, self._headers)

    def reference(self) -> Form:
        return self._html(
            "reference.html",
            "Balai API reference",
            reference=self._reference,
            addresses=self._addresses,
        )

    def calls_of(self, role: str) -> Form:
        (group,) = (group for group in self._reference.groups if group.role == role)
        return self._calls(f"Balai API: calls of {role}", role, group.description, [group])

    def all_calls(self) -> Form:
        every = [replace(group, calls=group.described) for group in self._reference.groups]
        text = "Each is described once, with the first of those who make it."
        return self._calls("Balai API: all calls", "all", text, every)

    def _calls(self, title: str, shown: str, description: str, groups: Sequence[Group]) -> Form:
        return self._html(
            "calls.html",
            title,
            reference=self._reference,
            groups=groups,
            shown=shown,
            description=description,
            articles=self._articles,
        )

    @cached_property
    def _articles(self) -> dict[str, Markup]:
        """Describe every call, once for all pages that show it."""
        template = self._environment.get_template("call.html")
        calls = (call for group in self._reference.groups for call in group.described)
        # The template has escaped what it was given.
        return {call.name: Markup(template.render(call=call)) for call in calls}  # noqa: S704

    def problems(self) -> Form:
        problems = self._contract["x-problems"]
        return self._html("problems.html", "Refusals of the Balai API", problems=problems)

    def problem(self, code: str) -> Form:
        told = self._contract["x-problems"][code]
        every = {
            call.name: f"{call.method} {call.path}"
            for group in self._reference.groups
            for call in group.described
        }
        others = [text for name, text in every.items() if name not in told["calls"]]
        nearly_every = len(others) * 4 < len(every)
        return self._html(
            "problem.html",
            f"{told['title']}: Balai API",
            code=code,
            told=told,
            members=members_of(self._contract, code),
            listed=others if nearly_every else [every[name] for name in told["calls"]],
            nearly_every=nearly_every,
            anywhere=code in self._contract["x-anywhere"],
            addresses=self._addresses,
            example=EXAMPLES.get(code),
        )

    def _html(self, template: str, title: str, **values: Any) -> Form:
        text = self._environment.get_template(template).render(
            title=title, contract=self._contract, **values
        )
        return _form(HTML, text.encode())


def prose(
    text: str,
    *,
    addresses: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Markup:
    """Write a text of the contract as HTML: what stands between grave accents is code, or a link.

    `addresses` are those of what is written as code, `titles` those of what is not.
    """
    return Markup("").join(
        _marked(part, addresses or {}, titles or {}) if place % 2 else part
        for place, part in enumerate(text.split("`"))
    )


def _marked(part: str, addresses: Mapping[str, str], titles: Mapping[str, str]) -> Markup:
    if part in titles:
        return Markup('<a href="{}">{}</a>').format(titles[part], part)
    if part in addresses:
        return Markup('<a href="{}"><code>{}</code></a>').format(addresses[part], part)
    return Markup("<code>{}</code>").format(part)


def command(text: str) -> Markup:
    """Write commands as HTML, each line so that its continuation on a narrow screen is seen to be one.

    Browsers break lines after a hyphen, and `-H` would read as two options: what has one is kept together, and so is
    the backslash with what it stands behind. The text that is copied is the one that was given.
    """
    line = Markup('<span class="line">{}\n</span>')
    return Markup("").join(line.format(_kept_together(one)) for one in text.splitlines())


def _kept_together(line: str) -> Markup:
    kept = Markup('<span class="word">{}</span>')
    return Markup("").join(
        kept.format(part) if place % 2 else part for place, part in enumerate(_WORD.split(line))
    )


def path_in_parts(path: str) -> Markup:
    """Write a path so that it is broken behind its slashes before anywhere else."""
    return Markup("/<wbr>").join(path.split("/"))


def _addresses(reference: Reference, codes: Iterable[str]) -> dict[str, str]:
    """Return where each call, each page and each refusal is described, by what texts call it."""
    calls = {
        f"{call.method} {call.path}": f"{DOCS}/{group.role}#{call.name}"
        for group in reference.groups
        for call in group.described
    }
    pages = {step.page: f"{DOCS}#{step.name}" for step in reference.pages}
    return {**calls, **pages, **{code: f"/problems/{code}" for code in codes}}


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _form(media_type: str, plain: bytes) -> Form:
    tag = hashlib.sha256(plain).hexdigest()[:16]
    return Form(media_type, plain, gzip.compress(plain, mtime=0), tag)
