"""Names and addresses of staff, made readable after their reading was recorded."""

from __future__ import annotations

from chassis.sealing import Seal
from services.accounts.domain.people.accounts import Account, Contact
from services.accounts.domain.staff.invitations import Invitation
from services.accounts.storage.people.accounts import open_contact
from services.accounts.storage.staff.invitations import open_address


def contact_of(seal: Seal, account: Account) -> Contact | None:
    """Return to whom an account belongs."""
    return open_contact(seal, account)


def address_of(seal: Seal, invitation: Invitation) -> str | None:
    """Return the address that an invitation was sent to, until it has ended."""
    return open_address(seal, invitation)
