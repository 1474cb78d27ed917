"""Register an application that people sign in at: `python -m services.accounts.register_application --redirect-uri …`.

Prints its id and, for a confidential one whose secret was made here, the secret: this once and never again. Without
`--confidential` it is a public one, such as an app on a phone. Given what is registered already, it changes nothing
and succeeds.
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
from services.accounts.domain.authorization.applications import UnusableApplication
from services.accounts.domain.clients import SECRET_BYTES, UnusableCredential
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.authorization import register_application as use_case
from services.accounts.use_cases.register_client import ClientExists


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.register_application")
    parser.add_argument(
        "--redirect-uri", action="append", required=True, metavar="URI", dest="redirect_uris"
    )
    parser.add_argument("--confidential", action="store_true", help="it keeps a secret on a server")
    parser.add_argument("--client-id", help="made here where it is not given")
    parser.add_argument("--secret-from-env", metavar="NAME", help="made here where it is not given")
    parser.add_argument("--name", default="", help="what people call this application")
    return parser.parse_args(arguments)


def register_application(
    house: AccountsService,
    *,
    client_id: str,
    secret: str | None,
    redirect_uris: Sequence[str],
    name: str = "",
) -> bool:
    """Commit the registration of an application; tell whether it is a new one."""
    return house.transactions.run(
        lambda connection: use_case.register_application(
            connection,
            database=house.database,
            journal=house.journal,
            client_id=client_id,
            secret=secret,
            redirect_uris=tuple(redirect_uris),
            name=name,
            actor=Actor(COMMAND_LINE, random_reference()),
        ),
        repeatable=True,
    )


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Register the application that the command line describes and print its credentials; return the exit code."""
    options = parse(arguments)
    client_id = options.client_id or random_reference()
    is_confidential = options.confidential or options.secret_from_env is not None

    def command() -> None:
        given = given_secret(options.secret_from_env, variables)
        secret = (given or secrets.token_urlsafe(SECRET_BYTES)) if is_confidential else None
        with opened_service(read_settings(variables)) as house:
            register_application(
                house,
                client_id=client_id,
                secret=secret,
                redirect_uris=options.redirect_uris,
                name=options.name,
            )
        print_credentials(client_id, None if given else secret)

    return exit_code(
        "register_application",
        command,
        unusable=(UnusableCredential, UnusableApplication),
        refused={ClientExists: f"{client_id} is registered already, as something else"},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
