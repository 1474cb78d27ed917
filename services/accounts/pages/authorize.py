"""`/oauth/authorize`: where an application sends a browser to have its person sign in."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from chassis.pages.declaring import GoTo, PageAnswer, Pages, ShowPage, Visit
from services.accounts.pages.visitor import who_is_signed_in
from services.accounts.pages.way_on import AUTHORIZE, CONTINUE
from services.accounts.service import AccountsService
from services.accounts.use_cases.authorization.give_code import (
    LedBack,
    NobodyToAnswer,
    give_code,
)

pages: Pages[AccountsService] = Pages()


@pages.get(AUTHORIZE)
def authorize(visit: Visit, house: AccountsService) -> PageAnswer:
    """Lead the browser back with a code, or first to the sign-in page.

    There is no page that asks for consent: applications are registered by whoever runs the programme, and act for it.
    """
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


def _after_signing_in(visit: Visit) -> str:
    """Return the same request without what asks for a new sign-in, which is about to be done."""
    left = [
        (name, value)
        for name, values in visit.query_given.items()
        for value in values
        if name not in ("prompt", "max_age", "language")
    ]
    return f"{AUTHORIZE}?{urlencode(left)}"
