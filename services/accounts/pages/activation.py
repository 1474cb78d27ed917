"""`/activate`: a code is sent, and with it a password is chosen, for the first time or because it was forgotten.

Holders name their card and their NIK, staff their e-mail address. What is answered is the same whether that is right
or not.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from chassis.pages.declaring import Cookie, GoTo, PageAnswer, Pages, ShowPage, Visit
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.names import Name, card_number, email_address, nik_number
from services.accounts.domain.people.passwords import least_length, normalised
from services.accounts.domain.people.sessions import TOKEN_BYTES
from services.accounts.pages.failing import (
    NO_CODE,
    NOT_A_CARD_NUMBER,
    NOT_A_NIK,
    NOT_AN_EMAIL,
    WRONG_CODE,
    Errors,
    password_errors,
    too_many,
)
from services.accounts.pages.own_token import own_token
from services.accounts.pages.visitor import (
    FLOW_COOKIE,
    browser_of,
    caller_group,
    sign_in_at_once,
)
from services.accounts.pages.way_on import CONTINUE, page_on_the_way, way_on
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.ask_for_code import HOLDER, STAFF, AskForCode, ask_for_code
from services.accounts.use_cases.people.use_code import choose_password, try_code
from vocabulary import roles

pages: Pages[AccountsService] = Pages()

KEPT = 3_600
"""Seconds for which a browser keeps what it asked with; the code is good for less."""


@pages.get("/activate")
def show_activation(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form for holders."""
    return page_on_the_way("activate.html", _values(visit))


@pages.get("/activate/staff")
def show_staff_activation(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form for staff."""
    return page_on_the_way("activate_staff.html", _values(visit))


@pages.post("/activate")
def ask_as_holder(visit: Visit, house: AccountsService) -> PageAnswer:
    """Send a code to the holder of a card."""
    card, nik = card_number(visit.said("card_number")), nik_number(visit.said("nik"))
    errors: Errors = []
    if card is None:
        errors.append(("card_number", NOT_A_CARD_NUMBER))
    if nik is None:
        errors.append(("nik", NOT_A_NIK))
    if card is None or nik is None:
        return _again(visit, "activate.html", errors)
    bounds = house.bounds
    seconds = bounds.asked_by_holders.take(caller_group(visit), now=bounds.clock())
    if seconds:
        return too_many("activate.html", _values(visit), seconds=seconds)
    found = house.cards.identify(card_number=card.text, nik=nik.number, token=own_token(house))
    return _ask(visit, house, purpose=HOLDER, name=card, card=found)


@pages.post("/activate/staff")
def ask_as_staff(visit: Visit, house: AccountsService) -> PageAnswer:
    """Send a code to an address of staff."""
    email = email_address(visit.said("email"))
    if email is None:
        return _again(visit, "activate_staff.html", [("email", NOT_AN_EMAIL)])
    bounds = house.bounds
    seconds = bounds.asked_by_staff.take(caller_group(visit), now=bounds.clock())
    if seconds:
        return too_many("activate_staff.html", _values(visit), seconds=seconds)
    return _ask(visit, house, purpose=STAFF, name=email, card=None)


@pages.get("/activate/code")
def show_code(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form for the code, in the browser that asked for it."""
    if FLOW_COOKIE not in visit.cookies:
        return GoTo(_link("/activate", way_on(visit.query.get(CONTINUE))))
    return page_on_the_way("activate_code.html", _code_values(visit))


@pages.post("/activate/code")
def use_code(visit: Visit, house: AccountsService) -> PageAnswer:
    """Take the code, set the password, and sign the person in."""
    flow = visit.cookies.get(FLOW_COOKIE)
    if flow is None:
        return GoTo("/activate")
    password = normalised(visit.secret("password"))
    purpose = flow.partition(".")[0]
    role = roles.HOLDER if purpose == HOLDER else roles.PROVIDER
    errors: Errors = [] if visit.said("code") else [("code", NO_CODE)]
    errors += password_errors(password, role=role, name=None, field="password")
    if errors:
        return _again(visit, "activate_code.html", errors)
    seconds = house.bounds.seconds_until_code(visit.address)
    if seconds:
        return too_many("activate_code.html", _code_values(visit), seconds=seconds)
    account = _with_password(visit, house, flow, password)
    if account is None:
        house.bounds.count_wrong_code(visit.address)
        return _again(visit, "activate_code.html", [("code", WRONG_CODE)])
    leads_to = way_on(visit.said(CONTINUE))
    return sign_in_at_once(visit, house, account, leads_to).with_cookies(Cookie.gone(FLOW_COOKIE))


def _with_password(
    visit: Visit, house: AccountsService, flow: str, password: str
) -> Account | None:
    """Set the password where the code is right. Only then is the hash made: it is dear."""
    code = visit.said("code")
    is_right = house.transactions.run(
        lambda connection: try_code(connection, house.people, flow=flow, typed=code)
    )
    if not is_right:
        return None
    password_hash = house.people.passwords.hash(password)
    return house.transactions.run(
        lambda connection: choose_password(
            connection,
            house.people,
            flow=flow,
            password_hash=password_hash,
            language=visit.language,
            request_id=visit.request_id,
        )
    )


def _ask(
    visit: Visit, house: AccountsService, *, purpose: str, name: Name, card: str | None
) -> PageAnswer:
    flow = f"{purpose}.{secrets.token_urlsafe(TOKEN_BYTES)}"
    command = AskForCode(
        purpose=purpose,
        name=name,
        card=card,
        flow=flow,
        device=browser_of(visit).device,
        language=visit.language,
    )
    house.transactions.run(lambda connection: ask_for_code(connection, house.people, command))
    to = _link("/activate/code", way_on(visit.said(CONTINUE)))
    return GoTo(to, (Cookie(FLOW_COOKIE, flow, KEPT),))


def _again(visit: Visit, template: str, errors: Errors) -> ShowPage:
    values = _code_values(visit) if template == "activate_code.html" else _values(visit)
    if "code" in dict(errors):
        values["code"] = ""  # what was wrong is typed anew; what was right stands there still
    return page_on_the_way(template, values | {"errors": errors}, status=422)


def _values(visit: Visit) -> dict[str, object]:
    leads_to = way_on(visit.query.get(CONTINUE) or visit.said(CONTINUE))
    return {
        "errors": [],
        "card_number": visit.said("card_number"),
        "nik": visit.said("nik"),
        "email": visit.said("email"),
        "code": visit.said("code"),
        "leads_to": leads_to or "",
        "to_continue": f"?{urlencode({CONTINUE: leads_to})}" if leads_to else "",
    }


def _code_values(visit: Visit) -> dict[str, object]:
    is_holder = visit.cookies.get(FLOW_COOKIE, "").startswith(f"{HOLDER}.")
    role = roles.HOLDER if is_holder else roles.PROVIDER
    return _values(visit) | {"is_holder": is_holder, "least": least_length(role)}


def _link(path: str, leads_to: str | None) -> str:
    return f"{path}?{urlencode({CONTINUE: leads_to})}" if leads_to else path
