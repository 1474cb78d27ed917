"""What the calls about staff and recoveries take and answer."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import marshmallow as ma

from chassis.contract import Shown, page_of
from chassis.fields import (
    Flag,
    InstantField,
    OneOf,
    PageQuery,
    Parsed,
    Reference,
    Strict,
    Text,
    says,
)
from services.accounts.domain.people.names import email_address
from services.accounts.domain.staff.invitations import INVITED
from vocabulary import forms
from vocabulary.nik import parse_card_number, parse_nik, refuse_personal_number
from vocabulary.regions import region_code

STATES = ("open", "accepted", "withdrawn", "expired")


def why(**options: Any) -> Text:
    """Take a reason, which the journal keeps for ever."""
    return Text(least=3, most=500, lines=True, check=refuse_personal_number, **options)


def check_email(value: str) -> None:
    """Raise `ValueError` for what is no e-mail address."""
    if email_address(value) is None:
        raise ValueError("Send an e-mail address such as name@example.org.")


class InvitationRequest(Strict):
    """Whom to invite, as what."""

    email = Text(least=3, most=254, required=True, check=check_email)
    role = OneOf(INVITED, required=True)
    provider = Reference(load_default=None, allow_none=True)
    region = Parsed(region_code, form=forms.REGION, load_default=None, allow_none=True)
    owner = Flag(
        load_default=False,
        metadata=says(
            "Whether this one may invite and remove colleagues; of a provider's staff only."
        ),
    )


class StaffQuery(PageQuery):
    """Which staff: all that the caller may see."""


class InvitationsQuery(PageQuery):
    """Which invitations: all that the caller may see."""


class RecoveriesQuery(PageQuery):
    """Which recoveries: all that the caller may see."""


class Reason(Strict):
    """Why somebody is removed."""

    reason = why(required=True)


class RecoveryRequest(Strict):
    """One of the two numbers by which an officer finds a card, and why somebody is let in again."""

    BESIDES = MappingProxyType({"oneOf": [{"required": ["card_number"]}, {"required": ["nik"]}]})

    card_number = Parsed(parse_card_number, form=forms.CARD_NUMBER)
    nik = Parsed(lambda value: parse_nik(value, allow_test_numbers=True).number, form=forms.NIK)
    reason = why(required=True)

    @ma.validates_schema
    def check_one(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse none and both."""
        if ("card_number" in data) == ("nik" in data):
            raise ma.ValidationError("Send either card_number or nik.", "card_number")


class _Mandate(Shown):
    """What somebody signs in as."""

    role = OneOf(INVITED)
    provider = Reference(allow_none=True)
    region = Parsed(region_code, form=forms.REGION, allow_none=True)
    owner = Flag(metadata=says("Whether this one may invite and remove colleagues."))


class ShownInvitation(_Mandate):
    """An invitation. The address is shown to whoever may invite, until the invitation has ended."""

    id = Reference()
    email = Text(most=254, allow_none=True)
    state = OneOf(STATES)
    invited_at = InstantField()
    expires_at = InstantField()


class StaffMember(_Mandate):
    """Somebody on the staff. Name and address are shown to whoever may invite."""

    id = Reference(metadata=says("The subject of this one's tokens, as the journal names it."))
    name = Text(most=200, allow_none=True)
    email = Text(most=254, allow_none=True)
    invited_by = Text(
        most=128,
        allow_none=True,
        metadata=says(
            "The subject of whoever invited this one: its `id`, if that was staff. `null` for accounts that are older"
            " than this member."
        ),
    )
    since = InstantField()


class RemovedStaff(Shown):
    """Somebody who was removed from the staff."""

    id = Reference()
    removed = Flag()


class ShownRecovery(Shown):
    """A recovery: who was let in again, by whom and why."""

    id = Reference()
    card_ref = Reference()
    region = Parsed(region_code, form=forms.REGION)
    started_by = Text(most=128, metadata=says("The subject of the officer's token."))
    reason = Text(most=500, lines=True)
    state = OneOf(("open", "used", "withdrawn", "expired"))
    started_at = InstantField()
    expires_at = InstantField()


class StartedRecovery(ShownRecovery):
    """A recovery with its code, which is shown this once, and the name on the card, by which the person is known."""

    code = Text(
        most=20,
        metadata=says(
            "To be handed to the holder, who types it in at /recover. Small letters are good too."
        ),
    )
    name = Text()


Invitations = page_of(ShownInvitation, name="Invitations")
Staff = page_of(StaffMember, name="Staff")
Recoveries = page_of(ShownRecovery, name="Recoveries")
