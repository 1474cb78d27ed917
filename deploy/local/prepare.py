"""Bring the three schemas up to date and register the services' own clients: `python -m deploy.local.prepare`.

One process does what four would do elsewhere, since starting each of them costs more than its work.
"""

from __future__ import annotations

import os
import sys

from chassis.migrations import migrate
from deploy.local.addresses import addresses_in
from deploy.local.clients import SERVICE_CLIENTS, register_clients


def main() -> int:
    """Prepare the databases that the environment names."""
    for service, database in addresses_in(os.environ).items():
        migrate(
            f"services.{service}", owner_url=database.owner, application_url=database.application
        )
    register_clients(SERVICE_CLIENTS, bounds={}, variables=os.environ)
    return 0


if __name__ == "__main__":
    sys.exit(main())
