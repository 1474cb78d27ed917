"""`make token ROLE=… [PROVIDER=…] [CARD=…] [REGION=…]`: print a token of the system running on this machine."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import requests
import sqlalchemy as sa

from chassis.settings import SettingsError
from deploy.local import environment_file
from deploy.local.place import accounts_file, data_folder
from deploy.local.sample_data import look_up_card
from services.accounts.development import issue_token
from services.accounts.domain.mandates import UnusableMandate
from vocabulary.roles import EVERY_ROLE


def main(variables: Mapping[str, str]) -> int:
    """Print one token and nothing else, so that it can be used in a command."""
    settings = environment_file.read(accounts_file(data_folder(variables)))
    if not settings:
        return _refuse("start the system first, with: make run")
    os.environ.update(settings)
    if not variables.get("ROLE"):
        return _refuse(f"say which role: make token ROLE={'|'.join(EVERY_ROLE)}")
    try:
        print(
            issue_token(
                role=variables["ROLE"],
                provider=variables.get("PROVIDER"),
                card=_card_reference(variables.get("CARD"), settings["TOKEN_ISSUER"]),
                region=variables.get("REGION"),
                subject=variables.get("SUBJECT"),
            )
        )
    except (SettingsError, UnusableMandate) as error:
        return _refuse(str(error))
    except (sa.exc.OperationalError, requests.ConnectionError):
        return _refuse("the system is not running; start it with: make run")
    except requests.HTTPError as error:
        return _refuse(f"that card was not found ({error.response.status_code})")
    return 0


def _card_reference(card: str | None, gateway: str) -> str | None:
    """Return the reference a token holds, for a card given by it or by its number."""
    if card is None or not card.isdigit():
        return card
    return look_up_card(gateway, card)["card_ref"]


def _refuse(why: str) -> int:
    print(f"token: {why}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(dict(os.environ)))
