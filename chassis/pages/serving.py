"""Answering requests for pages within a service's application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Request, Response, request

from chassis import rate_limits
from chassis.observability import current_request_id
from chassis.pages import form_guard
from chassis.pages.declaring import Cookie, GoTo, Page, PageAnswer, Visit
from chassis.pages.failures import wants_page
from chassis.pages.form_guard import FormGuard
from chassis.pages.site import LANGUAGE_COOKIE, LANGUAGE_KEPT, Site
from chassis.pages.texts import OFFERED, language_for
from chassis.problems import MalformedRequest, Problem
from chassis.request_content import form_in, query_given
from chassis.time_left import TIME_LEFT_HEADER, seconds_left

House = TypeVar("House")
LANGUAGE = "language"
"""The parameter of a page's address that chooses a language."""


@dataclass(frozen=True)
class ServedPages(Generic[House]):
    """The pages of a service with what they are written and guarded by."""

    site: Site
    guard: FormGuard
    pages: tuple[Page[House], ...]

    def view(self, page: Page[House], house: House) -> Callable[[], Response]:
        """Return the function that answers a request for a page."""

        def answer() -> Response:
            rate_limits.tell_nothing()
            visit = self._visit(request)
            if page.method == "GET" and visit.query.get(LANGUAGE) in OFFERED:
                return self._write(_in_language(visit), visit)
            if page.method == "POST":
                self._check_form(visit)
            return self._write(page.handler(visit, house), visit)

        return answer

    def failure(self, problem: Problem) -> Response | None:
        """Write a problem as a page, where the present request is a reader's."""
        if not wants_page(accept=request.headers.get("Accept"), path=request.path):
            return None
        written = self.site.write_failure(
            problem,
            language=self._language(request),
            path=request.path,
            request_id=current_request_id.get(),
        )
        response = Response(written.body, status=problem.status)
        response.headers.update(dict(written.headers) | problem.headers)
        return response

    def _visit(self, sent: Request) -> Visit:
        form = form_in(sent) if sent.method == "POST" else {}
        query = query_given(sent)
        _check_text(form)
        _check_text(query)
        raw = sent.query_string.decode("ascii")
        return Visit(
            request_id=current_request_id.get(),
            address=sent.remote_addr or "",
            language=self._language(sent),
            path=sent.path,
            target=f"{sent.path}?{raw}" if raw else sent.path,
            query_given=query,
            form_given=form,
            cookies=self._cookies(sent),
            seconds_left=seconds_left(sent.headers.get(TIME_LEFT_HEADER)),
        )

    def _cookies(self, sent: Request) -> Mapping[str, str]:
        prefix = self.site.cookie_name("")
        return {
            name.removeprefix(prefix): value
            for name, value in sent.cookies.items()
            if name.startswith(prefix)
        }

    def _language(self, sent: Request) -> str:
        return language_for(
            chosen=sent.cookies.get(self.site.cookie_name(LANGUAGE_COOKIE)),
            accepted=sent.headers.get("Accept-Language"),
        )

    def _check_form(self, visit: Visit) -> None:
        self.guard.check(
            cookie=visit.cookies.get(form_guard.COOKIE),
            token=visit.secret(form_guard.FIELD),
            origin=request.headers.get("Origin"),
            fetch_site=request.headers.get("Sec-Fetch-Site"),
        )

    def _write(self, answer: PageAnswer, visit: Visit) -> Response:
        if isinstance(answer, GoTo):
            response = Response(status=303, headers={"Location": answer.to})
            response.headers["Cache-Control"] = "no-store"
            response.autocorrect_location_header = False
            return self._with_cookies(response, answer.cookies)
        cookie = visit.cookies.get(form_guard.COOKIE)
        made = cookie or form_guard.new_cookie()
        written = self.site.write(
            answer.template,
            {"form_token": self.guard.token(made), **answer.values},
            language=visit.language,
            path=visit.target if request.method == "GET" else visit.path,
            keeps_opener=answer.keeps_opener,
        )
        response = Response(written.body, status=answer.status)
        response.headers.update(dict(written.headers) | dict(answer.headers))
        own = () if cookie else (Cookie(form_guard.COOKIE, made),)
        return self._with_cookies(response, (*own, *answer.cookies))

    def _with_cookies(self, response: Response, cookies: Iterable[Cookie]) -> Response:
        for cookie in cookies:
            response.headers.add("Set-Cookie", self.site.cookie_line(cookie))
        return response


def _in_language(visit: Visit) -> GoTo:
    """Remember a language, and lead back to the same address without the choice in it."""
    query = visit.target.partition("?")[2]
    left = urlencode([(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if n != LANGUAGE])
    cookie = Cookie(LANGUAGE_COOKIE, visit.query[LANGUAGE], LANGUAGE_KEPT)
    return GoTo(f"{visit.path}?{left}" if left else visit.path, (cookie,))


def _check_text(fields: Mapping[str, list[str]]) -> None:
    """Raise `MalformedRequest` where a value is no text that somebody could have typed."""
    for values in fields.values():
        for value in values:
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise MalformedRequest("The form or the address holds what is no text.")
