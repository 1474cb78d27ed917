"""`/sign-in` and `/sign-out`."""

from __future__ import annotations

from prometheus_client import Counter

from chassis.pages.declaring import Cookie, GoTo, PageAnswer, Pages, ShowPage, Visit
from chassis.pages.texts import say
from services.accounts.domain.people.names import name_from
from services.accounts.domain.people.passwords import LONGEST, normalised
from services.accounts.pages.failing import NO_PASSWORD, Errors, too_many
from services.accounts.pages.visitor import (
    SESSION_COOKIE,
    browser_of,
    go_on_signed_in,
    who_is_signed_in,
)
from services.accounts.pages.way_on import CONTINUE, page_on_the_way, way_on
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.end_sessions import sign_out
from services.accounts.use_cases.people.sign_in import (
    Begun,
    Browser,
    Candidate,
    begin_session,
    find_candidate,
    has_password,
    note_guess,
    rehashed,
)

SIGN_INS = Counter("sign_ins_total", "Attempts to sign in with a password", ["outcome"])

pages: Pages[AccountsService] = Pages()

NO_NAME = say("Type your card number or your e-mail address.")
WRONG = say(
    "This does not match. See whether the name and the password are typed right, or get a code with which you choose"
    " a new password. Where too many passwords were tried at a name, a browser that is new to it needs such a code."
)


@pages.get("/sign-in")
def show_sign_in(visit: Visit, house: AccountsService) -> PageAnswer:
    """Show the form; whoever is signed in and was sent by nobody goes to the own account."""
    leads_to = way_on(visit.query.get(CONTINUE))
    if leads_to is None and who_is_signed_in(visit, house) is not None:
        return GoTo("/account")
    values = _values(visit, leads_to) | {"signed_out": "signed-out" in visit.query}
    return page_on_the_way("sign_in.html", values)


@pages.post("/sign-in")
def sign_in(visit: Visit, house: AccountsService) -> PageAnswer:
    """Sign a person in, or say one thing whatever was wrong."""
    leads_to = way_on(visit.said(CONTINUE))
    password = normalised(visit.secret("password"))
    errors: Errors = []
    if not visit.said("name"):
        errors.append(("name", NO_NAME))
    if not password:
        errors.append(("password", NO_PASSWORD))
    if errors:
        return _again(visit, leads_to, errors)
    return _try(visit, house, password[: LONGEST + 1], leads_to)


@pages.post("/sign-out")
def leave(visit: Visit, house: AccountsService) -> PageAnswer:
    """Sign out in this browser."""
    token = visit.cookies.get(SESSION_COOKIE)
    if token is not None:
        house.transactions.run(
            lambda connection: sign_out(connection, house.people, token), repeatable=True
        )
    return GoTo("/sign-in?signed-out=1", (Cookie.gone(SESSION_COOKIE),))


def _try(visit: Visit, house: AccountsService, password: str, leads_to: str | None) -> PageAnswer:
    browser = browser_of(visit)
    with house.database.reading() as connection:
        candidate = find_candidate(connection, house.people, name_from(visit.said("name")), browser)
    digest, device = candidate.name_digest, candidate.device
    seconds = house.bounds.seconds_until_guess(digest, visit.address, device=device)
    if seconds:
        SIGN_INS.labels("too-many").inc()
        return too_many("sign_in.html", _values(visit, leads_to), seconds=seconds)
    begun = _signed_in(visit, house, candidate, browser, password)
    if begun is None:
        SIGN_INS.labels("refused").inc()
        house.bounds.count_guess(digest, visit.address, device=device)
        house.transactions.run(
            lambda connection: note_guess(connection, house.people, candidate), repeatable=True
        )
        return _again(visit, leads_to, [("", WRONG)])
    SIGN_INS.labels("signed-in").inc()
    return go_on_signed_in(begun, leads_to)


def _signed_in(
    visit: Visit, house: AccountsService, candidate: Candidate, browser: Browser, password: str
) -> Begun | None:
    people, account = house.people, candidate.account
    if not has_password(people, candidate, password) or account is None:
        return None
    new_hash = rehashed(people, account, password)
    return house.transactions.run(
        lambda connection: begin_session(
            connection, people, account, browser, language=visit.language, new_hash=new_hash
        )
    )


def _again(visit: Visit, leads_to: str | None, errors: Errors) -> ShowPage:
    values = _values(visit, leads_to) | {"errors": errors}
    return page_on_the_way("sign_in.html", values, status=422)


def _values(visit: Visit, leads_to: str | None) -> dict[str, object]:
    return {
        "errors": [],
        "name": visit.said("name"),
        "leads_to": leads_to or "",
        "signed_out": False,
    }
