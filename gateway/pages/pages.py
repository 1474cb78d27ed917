"""The pages, rendered once, and how they are answered."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Response, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from chassis.media_types import HTML, media_type_for
from chassis.validators import spare_what_is_known
from gateway.pages.contract_file import CONTRACT
from gateway.pages.reference import members_of, reference_of

TEMPLATES = Path(__file__).parent / "templates"
JSON = "application/json"
KEPT = "public, max-age=300"


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
        "/api/v1/docs": writer.page(writer.reference()),
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
        self._environment.filters["prose"] = prose
        self._environment.filters["linked"] = partial(prose, addresses=_addresses(contract))
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
        reference = reference_of(self._contract)
        return self._html("reference.html", "Balai: reference", reference=reference)

    def problems(self) -> Form:
        problems = self._contract["x-problems"]
        return self._html("problems.html", "All refusals", problems=problems)

    def problem(self, code: str) -> Form:
        told = self._contract["x-problems"][code]
        calls = {
            operation["operationId"]: f"{method.upper()} {path}"
            for path, methods in self._contract["paths"].items()
            for method, operation in methods.items()
        }
        anywhere = code in self._contract["x-anywhere"]
        return self._html(
            "problem.html",
            told["title"],
            code=code,
            told=told,
            members=members_of(self._contract, code),
            calls=calls,
            anywhere=anywhere,
        )

    def _html(self, template: str, title: str, **values: Any) -> Form:
        text = self._environment.get_template(template).render(
            title=title, contract=self._contract, **values
        )
        return _form(HTML, text.encode())


def prose(text: str, *, addresses: Mapping[str, str] | None = None) -> Markup:
    """Write a text of the contract as HTML: what stands between grave accents is code, and a link where it has one."""
    code, link = Markup("<code>{}</code>"), Markup('<a href="{}"><code>{}</code></a>')
    return Markup("").join(
        link.format(addresses[part], part)
        if place % 2 and addresses and part in addresses
        else (code.format(part) if place % 2 else part)
        for place, part in enumerate(text.split("`"))
    )


def _addresses(contract: Mapping[str, Any]) -> dict[str, str]:
    """Return where each call and each refusal is described, by what texts call it."""
    calls = {
        f"{method.upper()} {path}": f"/api/v1/docs#{operation['operationId']}"
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    }
    return {**calls, **{code: f"/problems/{code}" for code in contract["x-problems"]}}


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _form(media_type: str, plain: bytes) -> Form:
    tag = hashlib.sha256(plain).hexdigest()[:16]
    return Form(media_type, plain, gzip.compress(plain, mtime=0), tag)
