"""Invite an operator: `python -m services.accounts.invite_operator EMAIL`. Prints where to go, and the code."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from chassis.command import exit_code
from chassis.identifiers import random_reference
from chassis.problems import StateConflict
from services.accounts.domain.actors import COMMAND_LINE, Actor
from services.accounts.domain.mandates import Mandate
from services.accounts.domain.people.codes import in_groups
from services.accounts.domain.people.names import Name, email_address
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.staff.invite import Invite, invite
from vocabulary.roles import OPERATOR


class NoAddress(Exception):
    def __str__(self) -> str:
        return "this is no e-mail address"


def invite_operator(house: AccountsService, email: Name) -> str:
    """Invite an operator and return the code. Raises `StateConflict` where the address is an operator's already."""
    command = Invite(email=email, mandate=Mandate(OPERATOR), is_owner=False)
    actor = Actor(COMMAND_LINE, random_reference())
    invited = house.transactions.run(
        lambda connection: invite(connection, house.people, command, actor=actor)
    )
    return in_groups(invited.code)


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Print how the operator gets in; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.invite_operator")
    parser.add_argument("email", help="the address that the operator signs in with")
    options = parser.parse_args(arguments)

    def command() -> None:
        email = email_address(options.email)
        if email is None:
            raise NoAddress
        settings = read_settings(variables)
        with opened_service(settings) as house:
            code = invite_operator(house, email)
        print(f"Open {settings.token_issuer}/invitation within seven days, and enter")
        print(f"  e-mail address  {email.text}")
        print(f"  code            {code}")

    return exit_code(
        "invite operator",
        command,
        unusable=(NoAddress,),
        refused={StateConflict: "an operator signs in with this address already"},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
