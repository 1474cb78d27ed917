"""What a reader is told where there is no page to show: by status, in plain words, with what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from chassis.media_types import HTML
from chassis.pages.texts import Message, say
from chassis.problems import Problem

_API = "/api/"


def wants_page(*, accept: str | None, path: str) -> bool:
    """Tell whether a failure at an address is to be a page: a browser asks for HTML by name, and no API is called."""
    if not accept or path.startswith(_API):
        return False
    accepted = parse_accept_header(accept, MIMEAccept)
    named = any(kind.lower() == HTML for kind, _ in accepted)
    return named and accepted.best_match([HTML, "application/json"]) == HTML


def words_for(problem: Problem) -> tuple[Message, Message]:
    """Return the heading and the advice for a problem."""
    return _BY_CODE.get(problem.code) or _BY_STATUS.get(problem.status) or _OTHERWISE


_IN_DOUBT = (
    say("We do not know whether this worked"),
    say("Open the page again and see what came of it before you send the form once more."),
)
_BY_CODE: Mapping[str, tuple[Message, Message]] = {
    "form-refused": (
        say("Please fill in the form again"),
        say(
            "The page was open for too long, or your browser does not keep cookies. Nothing was done. Allow cookies"
            " for this site, open the page again, and fill in the form once more."
        ),
    ),
    "outcome-unknown": _IN_DOUBT,
    "bad-upstream-answer": _IN_DOUBT,
    "upstream-timed-out": _IN_DOUBT,
}
_AWAY = (
    say("This does not work at the moment"),
    say("Nothing is lost. Wait a minute, then try again."),
)
_UNREADABLE = (
    say("The address or the form cannot be read"),
    say("Go back and try again. If you copied the address, see that it is complete."),
)
_BY_STATUS: Mapping[int, tuple[Message, Message]] = {
    400: _UNREADABLE,
    404: (
        say("There is no such page"),
        say("See whether the address is spelt right."),
    ),
    405: (
        say("This page cannot be opened like that"),
        say("Go back to the page with the form, and send it from there."),
    ),
    413: (
        say("That was too much text"),
        say("Go back and shorten what you wrote."),
    ),
    414: _UNREADABLE,
    415: _UNREADABLE,
    429: (
        say("Too many attempts"),
        say("Wait a few minutes, then try again."),
    ),
    431: _UNREADABLE,
    503: _AWAY,
}
_OTHERWISE = (
    say("Something went wrong on our side"),
    say("It was recorded. Try again; if it stays like this, tell the support the number below."),
)
