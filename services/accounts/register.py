"""Register a client: `python -m services.accounts.register ROLE [--provider ID] [--card REF] [--region CODE] …`.

Prints the client's id and, where it was made here, its secret: this once and never again. Given the id and the secret
of a client that is registered already, with the same role and bounds, it changes nothing and succeeds.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Mapping, Sequence

from chassis.command import exit_code
from chassis.identifiers import random_reference
from services.accounts.command_line import given_secret, print_credentials
from services.accounts.domain.actors import COMMAND_LINE, Actor
from services.accounts.domain.clients import SECRET_BYTES, UnusableCredential
from services.accounts.domain.mandates import Mandate, UnusableMandate
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.register_client import ClientExists, register_client
from vocabulary.roles import EVERY_ROLE


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.register")
    parser.add_argument("role", choices=EVERY_ROLE)
    parser.add_argument("--provider", metavar="ID", help="the provider whose staff this is")
    parser.add_argument("--card", metavar="REF", help="the holder's card, by its reference")
    parser.add_argument("--region", metavar="CODE", help="the officer's province or regency")
    parser.add_argument("--client-id", help="made here where it is not given")
    parser.add_argument("--secret-from-env", metavar="NAME", help="made here where it is not given")
    parser.add_argument("--name", default="", help="what people call this program")
    return parser.parse_args(arguments)


def register(
    house: AccountsService, *, client_id: str, secret: str, mandate: Mandate, name: str
) -> bool:
    """Commit the registration of a client; tell whether it is a new one."""
    return house.transactions.run(
        lambda connection: register_client(
            connection,
            database=house.database,
            journal=house.journal,
            client_id=client_id,
            secret=secret,
            mandate=mandate,
            name=name,
            actor=Actor(COMMAND_LINE, random_reference()),
        ),
        repeatable=True,
    )


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Register the client that the command line describes and print its credentials; return the exit code."""
    options = parse(arguments)
    client_id = options.client_id or random_reference()
    mandate = Mandate(options.role, options.provider, options.card, options.region)

    def command() -> None:
        given = given_secret(options.secret_from_env, variables)
        secret = given or secrets.token_urlsafe(SECRET_BYTES)
        with opened_service(read_settings(variables)) as house:
            register(house, client_id=client_id, secret=secret, mandate=mandate, name=options.name)
        print_credentials(client_id, None if given else secret)

    return exit_code(
        "register",
        command,
        unusable=(UnusableCredential, UnusableMandate),
        refused={
            ClientExists: f"{client_id} is registered already, with another secret, role or bound"
        },
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
