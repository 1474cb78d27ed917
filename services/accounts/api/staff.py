"""Staff and invitations: who may sign in for a provider or for the programme."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from chassis.calls import Call
from chassis.clock import write_instant
from chassis.endpoints import Endpoints
from chassis.idempotency import Answer, json_answer
from chassis.problems import (
    FieldError,
    Forbidden,
    NotFound,
    StateConflict,
    TooManyRequests,
    ValidationFailed,
)
from services.accounts.api.actors import actor_of
from services.accounts.api.people_documents import (
    InvitationRequest,
    Invitations,
    InvitationsQuery,
    Reason,
    RemovedStaff,
    ShownInvitation,
    Staff,
    StaffQuery,
)
from services.accounts.domain.mandates import Mandate, UnusableMandate, checked
from services.accounts.domain.people.accounts import Account
from services.accounts.domain.people.names import email_address
from services.accounts.domain.staff.invitations import Invitation, Inviter
from services.accounts.queries.staff import address_of, contact_of
from services.accounts.service import INVITATIONS_OF_ONE, AccountsService
from services.accounts.use_cases.staff.invite import Invite, invite, send_invitation
from services.accounts.use_cases.staff.read_staff import (
    Window,
    inviter,
    read_invitations,
    read_staff,
    sees_addresses,
)
from services.accounts.use_cases.staff.remove_staff import remove_staff
from services.accounts.use_cases.staff.withdraw_invitation import withdraw_invitation
from vocabulary.roles import AUDITOR, OPERATOR, PROVIDER

endpoints: Endpoints[AccountsService] = Endpoints("/api/v1")
LANGUAGE = "id"
"""The language of invitations: nobody knows yet which one the invited reads."""


@endpoints.post(
    "/invitations",
    allow=(OPERATOR, PROVIDER),
    body=InvitationRequest,
    status=201,
    shows=ShownInvitation,
    refuses=(StateConflict, TooManyRequests),
    bounded=(INVITATIONS_OF_ONE,),
)
def post_invitation(call: Call, house: AccountsService) -> Answer:
    """Invite somebody by e-mail to sign in as staff.

    Operators invite anybody, owners of a provider their own colleagues. The message holds a code that is good for seven
    days; with it and the address the account is made at /invitation.
    """
    command = _invite_from(call)
    if seconds := house.invitations.take(call.caller.subject, now=house.clock()):
        raise TooManyRequests("Too many invitations were sent.", retry_after=seconds)

    def work(connection: sa.Connection) -> Answer:
        if not _inviter(connection, call).may_invite(command.mandate):
            raise Forbidden("Operators invite anybody, owners of a provider their own colleagues.")
        invited = invite(connection, house.people, command, actor=actor_of(call))
        origin = house.settings.token_issuer
        send_invitation(
            connection, house.people, invited, command, origin=origin, language=LANGUAGE
        )
        return json_answer(201, _invitation(invited.invitation, "open", command.email.text))

    return house.transactions.answer(call.key, work, seconds=call.seconds_left)


@endpoints.get(
    "/invitations",
    allow=(OPERATOR, AUDITOR, PROVIDER),
    query=InvitationsQuery,
    shows=Invitations,
)
def get_invitations(call: Call, house: AccountsService) -> Answer:
    """List a year's invitations, the newest first: one's own provider's; operators and auditors see all.

    Addresses are shown to operators and owners, and that is recorded.
    """
    page = call.query["page"]
    by, rows = house.transactions.run(
        lambda connection: _with_inviter(connection, house, call, read_invitations),
        repeatable=True,
    )
    with house.database.reading() as connection:
        now = house.database.now(connection)
    shown = sees_addresses(by)

    def present(row: Invitation) -> dict[str, Any]:
        email = address_of(house.seal, row) if shown else None
        return _invitation(row, row.state_at(now), email)

    return json_answer(200, page.of(rows, present=present, key=lambda row: row.invitation_id))


@endpoints.post(
    "/invitations/<id:invitation_id>/withdrawal",
    allow=(OPERATOR, PROVIDER),
    shows=ShownInvitation,
    refuses=(NotFound, StateConflict),
)
def post_withdrawal(call: Call, house: AccountsService) -> Answer:
    """Take an invitation back before it is accepted."""

    def withdraw(connection: sa.Connection) -> Answer:
        invitation = withdraw_invitation(
            connection,
            house.people,
            call.path["invitation_id"],
            by=_inviter(connection, call),
            actor=actor_of(call),
        )
        return json_answer(200, _invitation(invitation, "withdrawn", None))

    return house.transactions.answer(call.key, withdraw, seconds=call.seconds_left)


@endpoints.get("/staff", allow=(OPERATOR, AUDITOR, PROVIDER), query=StaffQuery, shows=Staff)
def get_staff(call: Call, house: AccountsService) -> Answer:
    """List who may sign in: one's own provider's staff, or everybody's for operators and auditors.

    Names and addresses are shown to operators and owners, and that is recorded.
    """
    by, rows = house.transactions.run(
        lambda connection: _with_inviter(connection, house, call, read_staff), repeatable=True
    )
    shown = sees_addresses(by)

    def present(row: Account) -> dict[str, Any]:
        contact = contact_of(house.seal, row) if shown else None
        return {
            **_mandate(row.mandate, owner=row.is_owner),
            "id": row.account_id,
            "name": contact.display_name if contact else None,
            "email": contact.email if contact else None,
            "invited_by": row.invited_by,
            "since": write_instant(row.created_at),
        }

    page = call.query["page"]
    return json_answer(200, page.of(rows, present=present, key=lambda row: row.account_id))


@endpoints.post(
    "/staff/<id:account_id>/removal",
    allow=(OPERATOR, PROVIDER),
    body=Reason,
    shows=RemovedStaff,
    refuses=(NotFound, StateConflict),
)
def post_removal(call: Call, house: AccountsService) -> Answer:
    """Remove somebody from the staff, for a reason.

    The account is disabled and its name and address destroyed. An owner removes colleagues, but not the last owner.
    """

    def remove(connection: sa.Connection) -> Answer:
        account = remove_staff(
            connection,
            house.people,
            call.path["account_id"],
            by=_inviter(connection, call),
            reason=call.body["reason"],
            actor=actor_of(call),
        )
        return json_answer(200, {"id": account.account_id, "removed": True})

    return house.transactions.answer(call.key, remove, seconds=call.seconds_left)


def _invite_from(call: Call) -> Invite:
    """Read whom to invite. Raises `ValidationFailed` for a role without its bound, or with another's."""
    body = call.body
    mandate = Mandate(body["role"], provider=body["provider"], region=body["region"])
    try:
        checked(mandate)
    except UnusableMandate as error:
        raise ValidationFailed(errors=[FieldError("/role", f"{error}.".capitalize())]) from None
    if body["owner"] and mandate.role != PROVIDER:
        raise ValidationFailed(errors=[FieldError("/owner", "Only a provider has owners.")])
    email = email_address(body["email"])
    if email is None:
        raise ValidationFailed(errors=[FieldError("/email", "Send an e-mail address.")])
    return Invite(email=email, mandate=mandate, is_owner=body["owner"])


def _with_inviter(
    connection: sa.Connection, house: AccountsService, call: Call, read: Any
) -> tuple[Inviter, Any]:
    by = _inviter(connection, call)
    page = call.query["page"]
    window = Window(page.after, page.limit + 1)
    return by, read(connection, house.people, window, by=by, actor=actor_of(call))


def _inviter(connection: sa.Connection, call: Call) -> Inviter:
    caller = call.caller
    return inviter(connection, subject=caller.subject, role=caller.role, provider=caller.provider)


def _mandate(mandate: Mandate, *, owner: bool) -> dict[str, Any]:
    return {
        "role": mandate.role,
        "provider": mandate.provider,
        "region": mandate.region,
        "owner": owner,
    }


def _invitation(invitation: Invitation, state: str, email: str | None) -> dict[str, Any]:
    return {
        **_mandate(invitation.mandate, owner=invitation.is_owner),
        "id": invitation.invitation_id,
        "email": email,
        "state": state,
        "invited_at": write_instant(invitation.created_at),
        "expires_at": write_instant(invitation.expires_at),
    }
