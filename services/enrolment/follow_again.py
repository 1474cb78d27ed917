"""Follow the catalogue again from its beginning: `python -m services.enrolment.follow_again`.

For when the catalogue's database was restored from a backup or replaced, and the worker says `SourceDiverged`. It needs
the worker's environment; the web processes and the worker may go on meanwhile. Every class is copied as the catalogue
tells of it now. Classes that it no longer knows become `unlisted`: they take no more enrolments, while those in them
keep seat, money, redeem code and the right to cancel. Seats held stay. Afterwards the worker goes on by itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import requests

from chassis.command import exit_code
from chassis.feed_client import SourceDiverged
from chassis.follower import AnotherFollower
from chassis.observability import configure_logging
from services.enrolment.followers.catalogue_again import (
    CatalogueAgain,
    FollowedAgain,
    NothingToFollow,
)
from services.enrolment.service import open_catalogue_feed, open_database, open_storage
from services.enrolment.settings import WorkerSettings, read_worker_settings

_WHY_NOT: Mapping[type[Exception], str] = {
    NothingToFollow: "the catalogue tells of no class at all; is it the right one?",
    SourceDiverged: "the catalogue was replaced while it was read; run this again",
    AnotherFollower: "the worker still follows this catalogue; stop it, then run this again",
    requests.RequestException: "the catalogue or accounts cannot be reached, or refused; run this again",
}


def follow_again(settings: WorkerSettings) -> FollowedAgain:
    """Follow the catalogue again. Raises `SettingsError` and what `CatalogueAgain.run` raises."""
    database = open_database(settings, pool_size=1)
    try:
        stores, transactions = open_storage(settings, database)
        return CatalogueAgain(
            feed=open_catalogue_feed(settings), transactions=transactions, stores=stores
        ).run()
    finally:
        database.dispose()


def main(variables: Mapping[str, str]) -> int:
    """Follow again, say in one line how it went, and return the exit code."""

    def command() -> None:
        settings = read_worker_settings(variables)
        configure_logging("enrolment-follow-again", level=settings.log_level)
        done = follow_again(settings)
        sys.stdout.write(
            f"followed the catalogue to position {done.position}: {done.told} classes told of,"
            f" {done.unlisted} no longer known and now unlisted\n"
        )

    return exit_code("follow_again", command, refused=_WHY_NOT)


if __name__ == "__main__":
    sys.exit(main(os.environ))
