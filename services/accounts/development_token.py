"""Print a development token: `python -m services.accounts.development_token ROLE [--provider ID] [--card REF] …`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from chassis.problems import Problem
from chassis.settings import SettingsError
from services.accounts.development import issue_token
from services.accounts.domain.mandates import UnusableMandate
from vocabulary.roles import EVERY_ROLE


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Print one token and nothing else, so that it can be used in a command."""
    parser = argparse.ArgumentParser(prog="python -m services.accounts.development_token")
    parser.add_argument("role", choices=EVERY_ROLE)
    parser.add_argument("--provider", metavar="ID")
    parser.add_argument("--card", metavar="REF", help="a card's reference (UUID)")
    parser.add_argument("--region", metavar="CODE")
    parser.add_argument(
        "--subject", help="whom the token names; made from the role where not given"
    )
    options = parser.parse_args(arguments)
    try:
        print(issue_token(**vars(options), environment=variables))
    except (SettingsError, UnusableMandate) as error:
        print(f"development token: {error}", file=sys.stderr)
        return 2
    except (Problem, sa.exc.SQLAlchemyError) as error:
        why = "the database cannot be reached, or is not migrated"
        print(f"development token: {why} ({type(error).__name__})", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
