"""Disable a program or an application: `python -m services.accounts.disable CLIENT_ID`.

It gets no tokens any more; those it has are refused at the gateway within seconds.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from chassis.command import exit_code
from chassis.identifiers import random_reference
from services.accounts.domain.actors import COMMAND_LINE, Actor
from services.accounts.service import AccountsService, opened_service
from services.accounts.settings import read_settings
from services.accounts.use_cases.disable_client import NoSuchClient, disable_client


def disable(house: AccountsService, client_id: str) -> bool:
    """Commit the disabling of a program or an application; tell whether it was in force. Raises `NoSuchClient`."""
    return house.transactions.run(
        lambda connection: disable_client(
            connection,
            database=house.database,
            journal=house.journal,
            client_id=client_id,
            actor=Actor(COMMAND_LINE, random_reference()),
        ),
        repeatable=True,
    )


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Disable what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.disable")
    parser.add_argument("client_id")
    client_id = parser.parse_args(arguments).client_id

    def command() -> None:
        with opened_service(read_settings(variables)) as house:
            disable(house, client_id)

    return exit_code(
        "disable",
        command,
        refused={NoSuchClient: f"no client is registered as {client_id}"},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
