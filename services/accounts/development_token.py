"""Print a development token: `python -m services.accounts.development_token ROLE [--provider ID] [--card REF] …`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from chassis.command import exit_code
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
    return exit_code(
        "development token",
        lambda: print(issue_token(**vars(options), environment=variables)),
        unusable=(UnusableMandate,),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
