"""`/oauth/authorize`: where an application sends a browser to have its person sign in."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import quote, urlencode

from chassis.pages.declaring import Cookie, GoTo, PageAnswer, Pages, ShowPage, Visit
from chassis.pages.site import LANGUAGE_COOKIE
from chassis.pages.texts import language_among
from services.accounts.pages.visitor import who_is_signed_in
from services.accounts.pages.way_on import AUTHORIZE, CONTINUE
from services.accounts.service import AccountsService
from services.accounts.use_cases.authorization.give_code import (
    LedBack,
    NobodyToAnswer,
    give_code,
)

LANGUAGES = "ui_locales"
"""The parameter by which an application says which languages its person reads, the best first."""

pages: Pages[AccountsService] = Pages()


@pages.get(AUTHORIZE)
def authorize(visit: Visit, house: AccountsService) -> PageAnswer:
    """Lead the browser back with a code, or first to the sign-in page.

    There is no page that asks for consent: applications are registered by whoever runs the programme, and act for it.
    """
    language = language_among(visit.query.get(LANGUAGES, ""))
    if language not in (None, visit.language):
        return _in_language(visit, str(language))
    person = who_is_signed_in(visit, house)
    answer = house.transactions.run(
        lambda connection: give_code(
            house.desk(connection, request_id=visit.request_id), visit.query_given, person=person
        ),
        repeatable=True,
    )
    if isinstance(answer, LedBack):
        return GoTo(answer.location)
    if isinstance(answer, NobodyToAnswer):
        page = "not_an_application.html"
        return ShowPage(page, {"why": answer.why}, status=400, keeps_opener=True)
    return GoTo(f"/sign-in?{CONTINUE}={quote(_after_signing_in(visit), safe='')}")


def _in_language(visit: Visit, language: str) -> GoTo:
    """Remember the language that the application asks for, and begin anew without asking for it.

    So it holds for every page on the way, until the person chooses another one there. Being no choice of the person's,
    it is forgotten with the browser's session.
    """
    return GoTo(_without(visit, (LANGUAGES,)), (Cookie(LANGUAGE_COOKIE, language),))


def _after_signing_in(visit: Visit) -> str:
    """Return the same request without what asks for a new sign-in, which is about to be done."""
    return _without(visit, ("prompt", "max_age", "language", LANGUAGES))


def _without(visit: Visit, names: Collection[str]) -> str:
    left = [
        (name, value)
        for name, values in visit.query_given.items()
        for value in values
        if name not in names
    ]
    return f"{AUTHORIZE}?{urlencode(left)}"
