"""`/account`: who is signed in, the password, and where else."""

from __future__ import annotations

from chassis.identifiers import is_id
from chassis.pages.declaring import GoTo, PageAnswer, Pages, ShowPage, Visit
from chassis.pages.texts import Message, say
from services.accounts.domain.actors import Actor
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.passwords import least_length, normalised
from services.accounts.domain.people.sessions import SignedIn
from services.accounts.pages.failing import NO_PASSWORD, Errors, password_errors, too_many
from services.accounts.pages.times import shown_instant
from services.accounts.pages.visitor import who_is_signed_in
from services.accounts.queries.own_account import OwnAccount, own_account
from services.accounts.service import AccountsService
from services.accounts.use_cases.people.change_password import change_password
from services.accounts.use_cases.people.end_sessions import end_one_session, sign_out_elsewhere
from services.accounts.use_cases.people.sign_in import has_current_password
from vocabulary import roles

pages: Pages[AccountsService] = Pages()

WRONG_CURRENT = say("This is not your present password.")
ROLES: dict[str, Message] = {
    roles.HOLDER: say("Card holder"),
    roles.PROVIDER: say("Staff of a training provider"),
    roles.OFFICER: say("Officer of a manpower office"),
    roles.OPERATOR: say("Programme management"),
    roles.AUDITOR: say("Auditor"),
}
DONE: dict[str, Message] = {
    "password": say("Your password was changed. Every other browser was signed out."),
    "elsewhere": say("Every other browser was signed out."),
    "one": say("That browser was signed out."),
}


@pages.get("/account")
def show_account(visit: Visit, house: AccountsService) -> PageAnswer:
    """Show the own account."""
    who = who_is_signed_in(visit, house)
    if who is None:
        return GoTo("/sign-in")
    return _show(visit, house, who)


@pages.post("/account/password")
def change(visit: Visit, house: AccountsService) -> PageAnswer:
    """Change the password of whoever is signed in."""
    who = who_is_signed_in(visit, house)
    if who is None:
        return GoTo("/sign-in")
    current, chosen = normalised(visit.secret("current")), normalised(visit.secret("chosen"))
    errors: Errors = [] if current else [("current", NO_PASSWORD)]
    errors += password_errors(chosen, role=who.mandate.role, name=None, field="chosen")
    if errors:
        return _show(visit, house, who, errors)
    return _change(visit, house, who, current=current, chosen=chosen)


@pages.post("/account/sessions")
def end(visit: Visit, house: AccountsService) -> PageAnswer:
    """Sign out elsewhere: in one other browser, or in all of them."""
    who = who_is_signed_in(visit, house)
    if who is None:
        return GoTo("/sign-in")
    session_id, people = visit.said("session"), house.people
    if is_id(session_id):
        house.transactions.run(
            lambda connection: end_one_session(connection, people, who, session_id),
            repeatable=True,
        )
        return GoTo("/account?done=one")
    house.transactions.run(
        lambda connection: sign_out_elsewhere(connection, people, who), repeatable=True
    )
    return GoTo("/account?done=elsewhere")


def _change(
    visit: Visit, house: AccountsService, who: SignedIn, *, current: str, chosen: str
) -> PageAnswer:
    bounds, people = house.bounds, house.people
    seconds = bounds.seconds_until_guess(who.account_id, visit.address, device=who.session_id)
    if seconds:
        return too_many("account.html", _values(visit, house, who), seconds=seconds)
    account = _own(house, who).account
    if not has_current_password(people, account, current):
        bounds.count_guess(who.account_id, visit.address, device=who.session_id)
        return _show(visit, house, who, [("current", WRONG_CURRENT)])
    if not _changed(visit, house, who, account, chosen):
        return _show(visit, house, who, [("current", WRONG_CURRENT)])
    return GoTo("/account?done=password")


def _changed(
    visit: Visit, house: AccountsService, who: SignedIn, account: Account, chosen: str
) -> bool:
    password_hash = house.people.passwords.hash(chosen)
    return house.transactions.run(
        lambda connection: change_password(
            connection,
            house.people,
            account,
            password_hash=password_hash,
            session_id=who.session_id,
            language=visit.language,
            actor=Actor(who.account_id, visit.request_id, who.mandate.role),
        )
    )


def _show(
    visit: Visit, house: AccountsService, who: SignedIn, errors: Errors | None = None
) -> ShowPage:
    values = _values(visit, house, who) | {"errors": errors or []}
    return ShowPage("account.html", values, status=422 if errors else 200)


def _values(visit: Visit, house: AccountsService, who: SignedIn) -> dict[str, object]:
    own = _own(house, who)
    return {
        "errors": [],
        "done": DONE.get(visit.query.get("done", "")),
        "role": ROLES[who.mandate.role],
        "is_owner": own.account.is_owner,
        "contact": own.contact,
        "region": own.region,
        "least": least_length(who.mandate.role),
        "sessions": [
            {
                "id": session.session_id,
                "is_here": session.session_id == who.session_id,
                "since": shown_instant(session.authenticated_at, visit.language),
                "seen": shown_instant(session.last_seen_at, visit.language),
            }
            for session in own.sessions
        ],
    }


def _own(house: AccountsService, who: SignedIn) -> OwnAccount:
    with house.database.reading() as connection:
        return own_account(connection, house.people.seal, who, now=house.database.now(connection))
