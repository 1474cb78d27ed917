"""`make token ROLE=… [PROVIDER=…] [CARD=…] [REGION=…]`: print a token of the system running on this machine.

A role that is bound to a card, provider or region, and is given none, gets that of the sample data.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import requests
import sqlalchemy as sa

from chassis.settings import SettingsError
from deploy.local import environment_file
from deploy.local.place import accounts_file, data_folder
from deploy.local.sample_data import look_up_card, sample_bounds
from deploy.local.sample_notes import SampleNotes
from services.accounts.development import issue_token
from services.accounts.domain.mandates import BOUND_TO, UnusableMandate
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
        bounds = {**_given(variables), **_sample_bound(variables, settings)}
        print(
            issue_token(
                role=variables["ROLE"],
                provider=bounds.get("provider"),
                card=_card_reference(bounds.get("card"), settings["TOKEN_ISSUER"]),
                region=bounds.get("region"),
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


def _given(variables: Mapping[str, str]) -> dict[str, str]:
    return {
        name: variables[name.upper()] for name in BOUND_TO.values() if variables.get(name.upper())
    }


def _sample_bound(variables: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the sample's reference that the role needs, where none is given."""
    needed = BOUND_TO.get(variables["ROLE"])
    facts = SampleNotes(data_folder(variables) / f"sample-{_dialect(settings)}").recorded()
    if needed is None or needed in _given(variables) or facts is None:
        return {}
    return {needed: sample_bounds(settings["TOKEN_ISSUER"], facts)[needed]}


def _dialect(settings: Mapping[str, str]) -> str:
    """Return which database the running system is on, whatever this command's own environment says."""
    return sa.make_url(settings["DATABASE_URL"]).get_backend_name()


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
