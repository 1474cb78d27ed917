"""`/recover`: a new password with the code that an officer handed over."""

from __future__ import annotations

from chassis.pages.declaring import PageAnswer, Pages, ShowPage, Visit
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.names import Name, card_number
from services.accounts.domain.people.passwords import LEAST_OF_HOLDERS, normalised
from services.accounts.pages.failing import (
    NO_CODE,
    NOT_A_CARD_NUMBER,
    WRONG_HANDED_CODE,
    Errors,
    password_errors,
    too_many,
)
from services.accounts.pages.visitor import sign_in_at_once
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.complete_recovery import (
    complete_recovery,
    try_recovery_code,
)
from vocabulary.roles import HOLDER

pages: Pages[AccountsService] = Pages()


@pages.get("/recover")
def show_recovery(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form."""
    return ShowPage("recover.html", _values(visit))


@pages.post("/recover")
def recover(visit: Visit, house: AccountsService) -> PageAnswer:
    """Take the code, set the password, and sign the holder in."""
    card, password = card_number(visit.said("card_number")), normalised(visit.secret("password"))
    errors: Errors = [] if card else [("card_number", NOT_A_CARD_NUMBER)]
    errors += [] if visit.said("code") else [("code", NO_CODE)]
    errors += password_errors(password, role=HOLDER, name=card, field="password")
    if errors or card is None:
        return _again(visit, errors)
    seconds = house.bounds.seconds_until_code(visit.address)
    if seconds:
        return too_many("recover.html", _values(visit), seconds=seconds)
    account = _with_password(visit, house, card, password)
    if account is None:
        house.bounds.count_wrong_code(visit.address)
        return _again(visit, [("code", WRONG_HANDED_CODE)])
    return sign_in_at_once(visit, house, account)


def _with_password(
    visit: Visit, house: AccountsService, card: Name, password: str
) -> Account | None:
    code = visit.said("code")
    with house.database.reading() as connection:
        recovery = try_recovery_code(connection, house.people, card_number=card, typed=code)
    if recovery is None:
        return None
    password_hash = house.people.passwords.hash(password)
    return house.transactions.run(
        lambda connection: complete_recovery(
            connection,
            house.people,
            recovery,
            password_hash=password_hash,
            language=visit.language,
            request_id=visit.request_id,
        )
    )


def _again(visit: Visit, errors: Errors) -> ShowPage:
    return ShowPage("recover.html", _values(visit) | {"errors": errors}, status=422)


def _values(visit: Visit) -> dict[str, object]:
    return {
        "errors": [],
        "card_number": visit.said("card_number"),
        "code": visit.said("code"),
        "least": LEAST_OF_HOLDERS,
    }
