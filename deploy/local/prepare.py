"""Bring the three schemas up to date and register the services' own clients: `python -m deploy.local.prepare`.

One process does what four would do elsewhere, since starting each of them costs more than its work. On PostgreSQL each
database is marked as this folder's (`deploy.local.named_databases`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import sqlalchemy as sa

from chassis.migrations import migrate
from deploy.local.addresses import addresses_in
from deploy.local.clients import SERVICE_CLIENTS, ForeignDatabaseError, register_clients
from deploy.local.named_databases import mark_of, put_mark


def main(variables: Mapping[str, str]) -> int:
    """Prepare the databases that the environment names."""
    for service, database in addresses_in(variables).items():
        migrate(
            f"services.{service}", owner_url=database.owner, application_url=database.application
        )
    try:
        register_clients(SERVICE_CLIENTS, bounds={}, variables=variables)
    except ForeignDatabaseError as error:
        print(error, file=sys.stderr)
        return 1
    for service, database in addresses_in(variables).items():
        if sa.make_url(database.owner).get_backend_name() == "postgresql":
            put_mark(database.owner, mark_of(service, variables["KEY_ENCRYPTION_KEY"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
