"""Declaring pages: an address, a method and the function that answers a visit.

A page needs no token. Who the visitor is, its function learns from a cookie.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Self, TypeVar

House = TypeVar("House")


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to be set: for as many seconds, or for as long as the browser stays open.

    No script sees it, no other origin sends it with a form, and where the site is behind TLS no other name of the
    domain can set it.
    """

    name: str
    value: str = field(repr=False)
    seconds: int | None = None

    @classmethod
    def gone(cls, name: str) -> Self:
        """Return what makes a browser forget a cookie."""
        return cls(name, "", 0)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request for a page.

    `query` and `form` hold what was sent once, text without control characters; `query_given` and `form_given` every
    value as it came. `target` is the path with its query as it was asked for. `cookies` are by their plain names.
    """

    request_id: str
    address: str
    language: str
    path: str
    target: str
    query_given: Mapping[str, list[str]]
    form_given: Mapping[str, list[str]] = field(repr=False)
    cookies: Mapping[str, str] = field(repr=False)
    seconds_left: float

    @property
    def query(self) -> Mapping[str, str]:
        """Return the query's fields; of one given several times, the first."""
        return {name: values[0] for name, values in self.query_given.items()}

    def said(self, name: str) -> str:
        """Return what stands in a field of the form, without the spaces around it; empty where it was not sent."""
        return self.form_given.get(name, [""])[0].strip()

    def secret(self, name: str) -> str:
        """Return what stands in a field of the form, exactly as it was typed."""
        return self.form_given.get(name, [""])[0]


@dataclass(frozen=True, slots=True)
class ShowPage:
    """A page to be shown: a template and its values.

    Forms of ours are answered from our own origin; a redirection of the answer may lead nowhere else. `keeps_opener` is
    for pages that other sites open in a window of theirs, which is to be told how it ended.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    cookies: tuple[Cookie, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    keeps_opener: bool = False

    def with_cookies(self, *cookies: Cookie) -> ShowPage:
        """Return the same page, which sets these cookies too."""
        return replace(self, cookies=(*self.cookies, *cookies))


@dataclass(frozen=True, slots=True)
class GoTo:
    """Lead the browser to another address, with a GET."""

    to: str
    cookies: tuple[Cookie, ...] = ()

    def with_cookies(self, *cookies: Cookie) -> GoTo:
        """Return the same redirection, which sets these cookies too."""
        return replace(self, cookies=(*self.cookies, *cookies))


PageAnswer = ShowPage | GoTo
PageHandler = Callable[[Visit, House], PageAnswer]


@dataclass(frozen=True)
class Page(Generic[House]):
    """One page: its address and what answers there."""

    method: str
    rule: str
    handler: PageHandler[House]

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"


@dataclass
class Pages(Generic[House]):
    """The pages of one subject, gathered by decorators."""

    all: list[Page[House]] = field(default_factory=list)

    def get(self, rule: str) -> Callable[[PageHandler[House]], PageHandler[House]]:
        """Declare a page that is read; to read it changes nothing."""
        return self._declare("GET", rule)

    def post(self, rule: str) -> Callable[[PageHandler[House]], PageHandler[House]]:
        """Declare what a form of ours is sent to."""
        return self._declare("POST", rule)

    def _declare(
        self, method: str, rule: str
    ) -> Callable[[PageHandler[House]], PageHandler[House]]:
        def declare(handler: PageHandler[House]) -> PageHandler[House]:
            self.all.append(Page(method, rule, handler))
            return handler

        return declare
