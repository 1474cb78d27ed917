"""`/sign-in`."""

from __future__ import annotations

from chassis.pages.declaring import PageAnswer, Pages, ShowPage, Visit
from chassis.pages.texts import Message, say
from services.accounts.pages.way_on import CONTINUE, form_targets, way_on
from services.accounts.service import AccountsService

pages: Pages[AccountsService] = Pages()

WRONG = say("That name and password do not belong together. See whether both are typed right.")


@pages.get("/sign-in")
def show_sign_in(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form."""
    return _form(visit, way_on(visit.query.get(CONTINUE)))


@pages.post("/sign-in")
def sign_in(visit: Visit, _: AccountsService) -> PageAnswer:
    """Sign a person in, or say one thing whatever was wrong."""
    return _form(visit, way_on(visit.said(CONTINUE)), [("", WRONG)], status=422)


def _form(
    visit: Visit,
    leads_to: str | None,
    errors: list[tuple[str, Message]] | None = None,
    *,
    status: int = 200,
) -> ShowPage:
    values = {
        "errors": errors or [],
        "name": visit.said("name"),
        "leads_to": leads_to or "",
    }
    return ShowPage("sign_in.html", values, status=status, form_targets=form_targets(leads_to))
