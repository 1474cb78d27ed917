"""What a browser keeps for us, and who is signed in in it."""

from __future__ import annotations

from datetime import timedelta

from chassis.pages.declaring import Cookie, GoTo, PageAnswer, Visit
from chassis.throttle import address_group
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.sessions import DEVICE_KEPT, SignedIn
from services.accounts.pages.way_on import lead_on
from services.accounts.queries.sessions import is_to_be_noted, signed_in
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.end_sessions import note_use
from services.accounts.use_cases.people.sign_in import Begun, Browser, begin_session

SESSION_COOKIE = "balai-session"
DEVICE_COOKIE = "balai-device"
FLOW_COOKIE = "balai-flow"
"""By which it is known which browser asked for a code."""


def browser_of(visit: Visit) -> Browser:
    """Return what the visitor's browser keeps."""
    return Browser(visit.cookies.get(SESSION_COOKIE), visit.cookies.get(DEVICE_COOKIE))


def who_is_signed_in(visit: Visit, house: AccountsService) -> SignedIn | None:
    """Return who is signed in, and note that the session is in use."""
    token = visit.cookies.get(SESSION_COOKIE)
    if token is None:
        return None
    with house.database.reading() as connection:
        now = house.database.now(connection)
        who = signed_in(connection, token=token, now=now)
        is_due = who is not None and is_to_be_noted(connection, token=token, now=now)
    if who is not None and is_due:
        house.transactions.run(
            lambda connection: note_use(connection, house.people, who), repeatable=True
        )
    return who


def go_on_signed_in(begun: Begun, leads_to: str | None) -> PageAnswer:
    """Lead somebody on who has just signed in, with what the browser is to keep."""
    seconds = DEVICE_KEPT // timedelta(seconds=1)
    return lead_on(leads_to).with_cookies(
        Cookie(SESSION_COOKIE, begun.session),
        Cookie(DEVICE_COOKIE, begun.device, seconds),
    )


def sign_in_at_once(
    visit: Visit, house: AccountsService, account: Account, leads_to: str | None = None
) -> PageAnswer:
    """Sign somebody in who has just chosen a password, and lead on."""
    begun = house.transactions.run(
        lambda connection: begin_session(
            connection, house.people, account, browser_of(visit), language=visit.language
        )
    )
    return GoTo("/sign-in") if begun is None else go_on_signed_in(begun, leads_to)


def caller_group(visit: Visit) -> str:
    """Return what counts as the visitor's network address."""
    return address_group(visit.address)
