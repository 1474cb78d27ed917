"""`/invitation`: whoever was invited by e-mail makes an account."""

from __future__ import annotations

from chassis.pages.declaring import PageAnswer, Pages, ShowPage, Visit
from chassis.pages.texts import say
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.people.names import Name, email_address
from services.accounts.domain.people.passwords import LEAST_OF_STAFF, normalised
from services.accounts.pages.failing import (
    NO_CODE,
    NOT_AN_EMAIL,
    WRONG_HANDED_CODE,
    Errors,
    password_errors,
    too_many,
)
from services.accounts.pages.visitor import sign_in_at_once
from services.accounts.service import AccountsService
from services.accounts.use_cases.staff.accept_invitation import (
    AddressTaken,
    accept_invitation,
    try_invitation_code,
)
from vocabulary.nik import PersonalNumberInText, refuse_personal_number
from vocabulary.roles import OPERATOR

pages: Pages[AccountsService] = Pages()

LONGEST_NAME = 100
NO_NAME = say("Type your name, at most 100 characters and without a NIK or a card number.")
TAKEN = say(
    "Somebody signs in with this e-mail address already. Ask for an invitation to another address: each has one role."
)


@pages.get("/invitation")
def show_invitation(visit: Visit, _: AccountsService) -> PageAnswer:
    """Show the form."""
    return ShowPage("invitation.html", _values(visit))


@pages.post("/invitation")
def accept(visit: Visit, house: AccountsService) -> PageAnswer:
    """Take the code, make the account, and sign the person in."""
    email, password = email_address(visit.said("email")), normalised(visit.secret("password"))
    errors: Errors = [] if email else [("email", NOT_AN_EMAIL)]
    errors += [] if visit.said("code") else [("code", NO_CODE)]
    errors += [] if _is_a_name(visit.said("display_name")) else [("display_name", NO_NAME)]
    errors += password_errors(password, role=OPERATOR, name=email, field="password")
    if errors or email is None:
        return _again(visit, errors)
    seconds = house.bounds.seconds_until_code(visit.address)
    if seconds:
        return too_many("invitation.html", _values(visit), seconds=seconds)
    try:
        account = _account(visit, house, email, password)
    except AddressTaken:
        return _again(visit, [("email", TAKEN)])
    if account is None:
        house.bounds.count_wrong_code(visit.address)
        return _again(visit, [("code", WRONG_HANDED_CODE)])
    return sign_in_at_once(visit, house, account)


def _account(visit: Visit, house: AccountsService, email: Name, password: str) -> Account | None:
    code = visit.said("code")
    with house.database.reading() as connection:
        invitation = try_invitation_code(connection, house.people, email=email, typed=code)
    if invitation is None:
        return None
    password_hash = house.people.passwords.hash(password)
    contact = Contact(email=email.text, display_name=visit.said("display_name"))
    return house.transactions.run(
        lambda connection: accept_invitation(
            connection,
            house.people,
            invitation,
            contact,
            name=email,
            password_hash=password_hash,
            language=visit.language,
            request_id=visit.request_id,
        )
    )


def _is_a_name(text: str) -> bool:
    try:
        refuse_personal_number(text)
    except PersonalNumberInText:
        return False
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


def _again(visit: Visit, errors: Errors) -> ShowPage:
    return ShowPage("invitation.html", _values(visit) | {"errors": errors}, status=422)


def _values(visit: Visit) -> dict[str, object]:
    return {
        "errors": [],
        "email": visit.said("email"),
        "code": visit.said("code"),
        "display_name": visit.said("display_name"),
        "least": LEAST_OF_STAFF,
    }
