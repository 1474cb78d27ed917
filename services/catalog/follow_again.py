"""Count the seats held anew, from the beginning of enrolment's journal: `python -m services.catalog.follow_again`.

The worker does this by itself when it notices that enrolment's journal was restored or replaced; this is for when
somebody doubts the numbers shown. It needs the worker's environment, and the worker does the counting. Numbers shown
stay until enrolment has told of each class again; those of which it tells nothing are then forgotten.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from chassis.command import exit_code
from chassis.follower import forget_follower
from services.catalog.followers.seats import SOURCE
from services.catalog.service import CatalogService, start_service
from services.catalog.settings import read_settings
from services.catalog.storage.tables import FOLLOWER_STATE


def follow_again(service: CatalogService) -> None:
    """Let the follower of enrolment's seats begin again."""
    service.transactions.run(
        lambda connection: forget_follower(connection, FOLLOWER_STATE, SOURCE), repeatable=True
    )


def main(variables: Mapping[str, str]) -> int:
    """Begin again, say so in one line, and return the exit code."""

    def command() -> None:
        service = start_service(read_settings(variables))
        follow_again(service)
        service.database.dispose()
        sys.stdout.write("the catalogue's worker counts the seats held anew, from the beginning\n")

    return exit_code("follow_again", command)


if __name__ == "__main__":
    sys.exit(main(os.environ))
