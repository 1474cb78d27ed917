"""The look and the texts of pages at one origin, and how a page is written out."""

from __future__ import annotations

import base64
import gettext
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from chassis.pages.declaring import Cookie
from chassis.pages.failures import words_for
from chassis.pages.texts import OFFERED, Message, translations_of
from chassis.problems import Problem

LANGUAGE_COOKIE = "balai-language"
LANGUAGE_KEPT = 365 * 24 * 3600
NAMES = {"id": "Bahasa Indonesia", "en": "English"}
"""What each language calls itself."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Written:
    """A page written out: its bytes, and the headers that go with it."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


class Site:
    """Pages of one name at one origin.

    `folder` holds `templates` and `texts` of whoever has pages of its own; the base, the style and the page for
    failures are here. `home` is where whoever sees a failure can go on. Raises what Jinja and Babel raise where a file
    of these is broken.
    """

    def __init__(
        self, *, name: str, origin: str, folder: Path | None = None, home: str = "/"
    ) -> None:
        self.name = name
        self.home = home
        self.origin = origin_of(origin)
        self.secure = self.origin.startswith("https://")
        folders = [_HERE, *([folder] if folder else [])]
        translations = translations_of([one / "texts" for one in reversed(folders)])
        self._environments = {
            language: self._environment(folders, translations[language]) for language in OFFERED
        }
        style = self._environments[OFFERED[0]].get_template("style.css").render()
        self._style_digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    def cookie_name(self, name: str) -> str:
        """Return what a cookie is called in the browser; behind TLS, so that only this very host can set it."""
        return f"__Host-{name}" if self.secure else name

    def cookie_line(self, cookie: Cookie) -> str:
        """Write a Set-Cookie header."""
        line = f"{self.cookie_name(cookie.name)}={cookie.value}; Path=/; HttpOnly; SameSite=Lax"
        if self.secure:
            line += "; Secure"
        return line if cookie.seconds is None else f"{line}; Max-Age={cookie.seconds}"

    def write(
        self,
        template: str,
        values: Mapping[str, Any],
        *,
        language: str,
        path: str,
        keeps_opener: bool = False,
    ) -> Written:
        """Write a page. `path` is where the links to the other languages lead."""
        others = [(other, NAMES[other]) for other in OFFERED if other != language]
        text = (
            self._environments[language]
            .get_template(template)
            .render(site=self.name, language=language, other_languages=others, path=path, **values)
        )
        return Written(text.encode(), self._headers(keeps_opener=keeps_opener))

    def write_failure(
        self, problem: Problem, *, language: str, path: str, request_id: str
    ) -> Written:
        """Write the page for a refusal or a failure."""
        heading, advice = words_for(problem)
        values = {"heading": heading, "advice": advice, "request_id": request_id, "home": self.home}
        return self.write("failure.html", values, language=language, path=path)

    def _headers(self, *, keeps_opener: bool) -> tuple[tuple[str, str], ...]:
        policy = (
            f"default-src 'none'; style-src 'sha256-{self._style_digest}'; base-uri 'none';"
            " form-action 'self'; frame-ancestors 'none'"
        )
        return (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", policy),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            # Not no-referrer: with that, browsers send `Origin: null` with our own forms.
            ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "unsafe-none" if keeps_opener else "same-origin"),
            ("Cache-Control", "no-store"),
        )

    def _environment(
        self, folders: Iterable[Path], translations: gettext.NullTranslations
    ) -> Environment:
        environment = Environment(
            loader=ChoiceLoader([FileSystemLoader(folder / "templates") for folder in folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
        environment.filters["said"] = lambda message: _said(message, translations)
        return environment


def _said(message: Message, translations: gettext.NullTranslations) -> str:
    text = translations.gettext(message.text)
    return text % dict(message.values) if message.values else text


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
